package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Instant;
import java.util.UUID;

/** Finds out whether a file system keeps the nanoseconds of a file's time. */
public final class StampProbe {
  private static final FileTime ODD =
      FileTime.from(Instant.ofEpochSecond(1_000_000_001, 123_456_789));

  private StampProbe() {}

  /** Tries it with a file in {@code directory}, which is gone afterwards. */
  public static boolean run(Path directory) throws IOException {
    Path probe = directory.resolve("probe." + UUID.randomUUID());
    try {
      BlobFile.createEmpty(probe, false, ODD);
      return Files.getLastModifiedTime(probe, LinkOption.NOFOLLOW_LINKS).equals(ODD);
    } finally {
      Files.deleteIfExists(probe);
    }
  }
}
