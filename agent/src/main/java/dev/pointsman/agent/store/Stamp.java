package dev.pointsman.agent.store;

import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * The modification time of content. Its second is the {@code created} of the first release that
 * brought the content, so that web servers make other ETags for other content. Its nanoseconds
 * follow from the digest, so that whether somebody wrote to the file can be told from the file
 * alone: a write sets the time, and hits the right nanosecond once in a billion.
 */
public final class Stamp {
  private static final int VALUES = 999_999_999;

  private Stamp() {}

  /** The nanoseconds that content of this digest bears, 1 to 999,999,999. */
  public static int nanos(String sha256) {
    return (int) (Long.parseLong(sha256, 0, 15, 16) % VALUES) + 1;
  }

  /** The time of content that comes with a release created at {@code created}. */
  public static FileTime of(Instant created, String sha256) {
    return FileTime.from(Instant.ofEpochSecond(created.getEpochSecond(), nanos(sha256)));
  }

  /** Whether a file with this time can be untouched content of this digest. */
  public static boolean isOn(FileTime modified, String sha256) {
    return modified.equals(of(modified.toInstant(), sha256));
  }
}
