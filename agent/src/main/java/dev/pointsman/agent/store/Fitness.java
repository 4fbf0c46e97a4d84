package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;

/**
 * Tells whether a blob is what its name says: by its attributes where they are right, by its
 * content where they are not.
 */
final class Fitness {
  private final int uid;
  private final boolean nanoseconds;

  /**
   * A check for files of the user {@code uid}; without {@code nanoseconds} the stamp says nothing.
   */
  Fitness(int uid, boolean nanoseconds) {
    this.uid = uid;
    this.nanoseconds = nanoseconds;
  }

  /** What a look at a blob gave. */
  sealed interface Verdict {
    /** It can be used. */
    record Fit() implements Verdict {}

    /** It is sound, and of another size than was asked for: no such content exists. */
    record OtherSize() implements Verdict {}

    /** It must not be used; {@code why} completes "the blob ...". */
    record Unfit(String why) implements Verdict {}
  }

  /** Looks; content with a wrong mode or stamp gets the right one. */
  Verdict look(BlobKey key, long size, Path blob, BlobStat is) throws IOException {
    if (!is.isRegular()) {
      return new Verdict.Unfit("is not a regular file");
    }
    if (is.uid() != uid) {
      return new Verdict.Unfit("belongs to the user " + is.uid() + ", not to the agent");
    }
    boolean asSettled =
        is.permissions() == BlobFile.permissions(key.executable())
            && (!nanoseconds || Stamp.isOn(is.modified(), key.sha256()));
    if (is.size() == size && asSettled) {
      return new Verdict.Fit();
    }
    if (!BlobFile.sha256(blob).equals(key.sha256())) {
      return new Verdict.Unfit("has other content than its name says");
    }
    if (!asSettled) {
      Instant second = is.modified().toInstant();
      FileTime stamp = nanoseconds ? Stamp.of(second, key.sha256()) : is.modified();
      BlobFile.settle(blob, key.executable(), stamp);
    }
    return is.size() == size ? new Verdict.Fit() : new Verdict.OtherSize();
  }
}
