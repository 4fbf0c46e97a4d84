package dev.pointsman.agent.store;

/**
 * What a scrub read.
 *
 * @param damaged files that were put into quarantine
 */
public record Scrubbed(int blobs, long bytes, int damaged) {
  static final Scrubbed NOTHING = new Scrubbed(0, 0, 0);

  Scrubbed plus(Scrubbed more) {
    return new Scrubbed(blobs + more.blobs, bytes + more.bytes, damaged + more.damaged);
  }
}
