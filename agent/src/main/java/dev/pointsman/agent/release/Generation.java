package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.ReleaseId;

/**
 * What a worker is started from: a release with its configuration and environment.
 *
 * @param digest SHA-256 over all three, 64 hex digits
 */
public record Generation(ReleaseId release, String digest) {
  /** The first 12 digits, for people. */
  public String shortDigest() {
    return digest.substring(0, Math.min(12, digest.length()));
  }

  @Override
  public String toString() {
    return release + "@" + shortDigest();
  }
}
