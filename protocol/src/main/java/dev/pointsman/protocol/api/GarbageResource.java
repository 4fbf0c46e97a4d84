package dev.pointsman.protocol.api;

import java.util.List;

/**
 * What a collection of garbage did, or would do.
 *
 * @param dryRun whether it only looked
 * @param releases that were removed because the quotas no longer hold them, as {@code app/release}
 * @param spares old trees that were kept for the next release and are deleted
 * @param blobs contents that were deleted because no release uses them
 * @param bytes of theirs
 * @param keptBlobs contents that stay in the store
 * @param keptBytes of theirs
 * @param scrubbing whether all content is being read again now
 */
public record GarbageResource(
    boolean dryRun,
    List<String> releases,
    int spares,
    int blobs,
    long bytes,
    int keptBlobs,
    long keptBytes,
    boolean scrubbing) {
  public GarbageResource {
    releases = List.copyOf(releases);
  }
}
