package dev.pointsman.agent.store;

/**
 * What a sweep found.
 *
 * @param blobs files that were deleted, or would be
 * @param bytes of theirs
 * @param keptBlobs files that stay
 * @param keptBytes of theirs
 */
public record Swept(int blobs, long bytes, int keptBlobs, long keptBytes) {
  static final Swept NOTHING = new Swept(0, 0, 0, 0);

  Swept went(long size) {
    return new Swept(blobs + 1, bytes + size, keptBlobs, keptBytes);
  }

  Swept stayed(long size) {
    return new Swept(blobs, bytes, keptBlobs + 1, keptBytes + size);
  }
}
