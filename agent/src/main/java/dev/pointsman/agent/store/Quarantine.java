package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps files that were found damaged, for whoever wants to know how; the oldest go first when
 * there are too many, too large ones or too old ones.
 */
final class Quarantine {
  private static final Logger LOG = LoggerFactory.getLogger(Quarantine.class);

  static final int MAX_FILES = 100;
  static final long MAX_BYTES = 1L << 30;
  static final Duration MAX_AGE = Duration.ofDays(30);

  private final Path directory;
  private final Clock clock;

  Quarantine(Path directory, Clock clock) {
    this.directory = directory;
    this.clock = clock;
  }

  /** A file in it; its name begins with the moment it came, in milliseconds. */
  private record Held(Path path, Instant since, long bytes) {}

  /** Moves {@code file} here, whatever it is. */
  synchronized Path take(Path file, BlobKey key) throws IOException {
    long now = clock.millis();
    Path here = directory.resolve(now + "-" + key.name());
    for (int again = 2; Files.exists(here, LinkOption.NOFOLLOW_LINKS); again++) {
      here = directory.resolve(now + "-" + key.name() + "-" + again);
    }
    Files.move(file, here, StandardCopyOption.ATOMIC_MOVE);
    trim();
    return here;
  }

  /** Deletes what is beyond the bounds. */
  synchronized void trim() throws IOException {
    Instant oldest = clock.instant().minus(MAX_AGE);
    int files = 0;
    long bytes = 0;
    for (Held held : newestFirst()) {
      files++;
      bytes += held.bytes();
      if (files > MAX_FILES || bytes > MAX_BYTES || held.since().isBefore(oldest)) {
        delete(held.path());
      }
    }
  }

  private static void delete(Path file) throws IOException {
    try {
      Files.deleteIfExists(file);
    } catch (DirectoryNotEmptyException e) {
      LOG.warn("Somebody made a directory in the store; it is left to them. path={}", file);
    }
  }

  /** How many files are here. */
  synchronized int size() throws IOException {
    return newestFirst().size();
  }

  private List<Held> newestFirst() throws IOException {
    List<Held> all = new ArrayList<>();
    try (Stream<Path> files = Files.list(directory)) {
      for (Path file : (Iterable<Path>) files::iterator) {
        long bytes = BlobStat.of(file).filter(BlobStat::isRegular).map(BlobStat::size).orElse(0L);
        all.add(new Held(file, since(file), bytes));
      }
    }
    all.sort(Comparator.comparing(Held::since).reversed());
    return all;
  }

  private static Instant since(Path file) {
    String name = file.getFileName().toString();
    int dash = name.indexOf('-');
    try {
      return Instant.ofEpochMilli(Long.parseLong(name.substring(0, Math.max(dash, 0))));
    } catch (NumberFormatException e) {
      return Instant.EPOCH; // Not ours; it has no business here.
    }
  }
}
