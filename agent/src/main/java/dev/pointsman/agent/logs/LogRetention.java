package dev.pointsman.agent.logs;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.agent.linux.FileRanges;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a slot may keep: {@code (keep + 1) * max_size} bytes of all its processes together, and the
 * logs of so many processes; the oldest go first.
 */
final class LogRetention {
  /** A process that crashes at once, again and again, must not fill a directory. */
  static final int PROCESSES = 50;

  private final Path directory;
  private final LogConfig bounds;
  private final Predicate<LogName> living;

  LogRetention(Path directory, LogConfig bounds, Predicate<LogName> living) {
    this.directory = directory;
    this.bounds = bounds;
    this.living = living;
  }

  /** Bounds the logs of one slot, oldest first in {@code names}; {@code more} are to be made. */
  void apply(List<LogName> names, int more) throws IOException {
    List<LogName> kept = new ArrayList<>(names);
    for (LogName name : names) {
      if (kept.size() + more > PROCESSES && !living.test(name)) {
        kept.remove(name);
        remove(name);
      }
    }
    long budget = bounds.maxBytes() * (bounds.keep() + 1L);
    long weight = 0;
    for (LogName name : kept) {
      weight += weight(name);
    }
    for (LogName name : kept) {
      if (weight <= budget) {
        return;
      }
      weight -= living.test(name) ? emptyParts(name, weight - budget) : remove(name);
    }
  }

  /** Removes the log of an ended process that wrote nothing since {@code then}. */
  void removeUnlessWritten(LogName name, Instant then) throws IOException {
    Path file = name.file(directory);
    if (!Files.exists(file) || Files.getLastModifiedTime(file).toInstant().isBefore(then)) {
      remove(name);
    }
  }

  private long weight(LogName name) throws IOException {
    long weight = 0;
    Path file = name.file(directory);
    List<LogPart> parts = LogPart.of(file);
    for (LogPart part : parts) {
      weight += part.weight();
    }
    if (Files.exists(file)) {
      long size = Files.size(file);
      weight += size - FileRanges.firstData(file, size);
    }
    return weight;
  }

  /** Of a process that writes the places of its parts are kept: they say where its lines are. */
  private long emptyParts(LogName name, long most) throws IOException {
    long freed = 0;
    List<LogPart> parts = LogPart.of(name.file(directory));
    for (int i = 0; i < parts.size() && freed < most; i++) {
      LogPart part = parts.get(i);
      freed += part.weight();
      if (i == parts.size() - 1) {
        part.empty(name.file(directory));
      } else {
        Files.deleteIfExists(part.file());
      }
    }
    return freed;
  }

  /** All of an ended process; returns how much that was. */
  private long remove(LogName name) throws IOException {
    long weight = weight(name);
    Path file = name.file(directory);
    for (LogPart part : LogPart.of(file)) {
      Files.deleteIfExists(part.file());
    }
    Files.deleteIfExists(file);
    Files.deleteIfExists(name.index(directory));
    return weight;
  }
}
