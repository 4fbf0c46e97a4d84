package dev.pointsman.agent.logs;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What became of lines that could not be kept; any thread. */
final class LogLosses {
  private static final Logger LOG = LoggerFactory.getLogger(LogLosses.class);

  private final AtomicLong failures = new AtomicLong();
  private final AtomicLong bytes = new AtomicLong();
  private final AtomicLong refusedWrites = new AtomicLong();
  private volatile @Nullable String refused;
  private volatile @Nullable String unkept;
  private volatile @Nullable String unwatched;
  private volatile @Nullable String risk;

  /** {@code count} bytes that were to be kept are gone. */
  void unkept(Path file, long count, IOException why) {
    failures.incrementAndGet();
    bytes.addAndGet(count);
    String words = count + " bytes of " + file + " could not be kept: " + reason(why);
    if (unkept == null) {
      LOG.warn("Log lines are lost. {}", words);
    }
    unkept = words;
  }

  /** {@code writes} of a worker of {@code slot} were refused. */
  void refused(int slot, long writes) {
    refusedWrites.addAndGet(writes);
    if (refused == null) {
      LOG.warn("Writes of workers to their logs are refused. slot={}", slot);
    }
    refused = "slot " + slot;
  }

  long refusedWrites() {
    return refusedWrites.get();
  }

  /** Something else about {@code what} could not be done; it is tried again. */
  void failed(String what, IOException why) {
    failures.incrementAndGet();
    String words = what + ": " + reason(why);
    if (unwatched == null) {
      LOG.warn("Logs cannot be looked after. {}", words);
    }
    unwatched = words;
  }

  /** Everything that was tried in one look went well. */
  void allWell() {
    if (unwatched != null) {
      LOG.info("Logs can be looked after again.");
      unwatched = null;
    }
  }

  /** {@code file} is emptied to bound it. */
  void atRisk(Path file) {
    if (risk == null) {
      risk =
          "The file system of "
              + file.getParent()
              + " cannot give back a part of a file: when a log is bounded, the lines of that moment"
              + " may be lost. Put the root on ext4, XFS, btrfs or ZFS.";
      LOG.warn("{}", risk);
    }
  }

  private static String reason(IOException why) {
    return why.getMessage() == null ? why.toString() : why.getMessage();
  }

  long failures() {
    return failures.get();
  }

  long bytes() {
    return bytes.get();
  }

  /** For the status, to a person. */
  List<String> notices() {
    return Stream.of(
            Optional.ofNullable(unkept)
                .map(words ->
                    "Log lines were lost ("
                        + bytes.get()
                        + " bytes since the agent began), last: "
                        + words
                        + ". Make room on the disk; workers are not touched by it."),
            Optional.ofNullable(refused)
                .map(where ->
                    refusedWrites.get()
                        + " writes of workers to their logs were refused since the agent began, last"
                        + " in "
                        + where
                        + ": the disk is full. Make room; workers go on without these lines."),
            Optional.ofNullable(unwatched)
                .map(words -> "Logs cannot be looked after, and may grow: " + words),
            Optional.ofNullable(risk))
        .flatMap(Optional::stream)
        .toList();
  }
}
