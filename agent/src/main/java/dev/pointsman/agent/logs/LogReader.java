package dev.pointsman.agent.logs;

import dev.pointsman.protocol.api.LogLineResource;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Reads the lines of an app's workers, of all slots together in the order of time: first the last
 * ones that match, then, each time it is asked, those that came since. The time of a line is that
 * at which its log was seen to have grown by it, a second or so later; lines of one process never
 * change their order. One thread.
 */
public final class LogReader {
  private static final Comparator<LogLineResource> IN_TIME =
      Comparator.comparing(LogLineResource::at);

  private final AppLogs logs;
  private final LogQuery query;
  private final InstantSource clock;
  private final Map<LogName, Long> positions = new HashMap<>();
  private boolean begun;

  /** Reads {@code logs}; nothing is read yet. */
  public LogReader(AppLogs logs, LogQuery query, InstantSource clock) {
    this.logs = logs;
    this.query = query;
    this.clock = clock;
  }

  /** The last lines at first, then those that have come; blocks for the disk. */
  public List<LogLineResource> next() throws IOException {
    List<LogLineResource> lines = new ArrayList<>();
    for (LogName name : logs.names()) {
      try {
        lines.addAll(begun ? after(name) : last(name));
      } catch (NoSuchFileException e) {
        positions.remove(name); // It was the oldest, and has gone meanwhile.
      }
    }
    lines.sort(IN_TIME);
    if (begun) {
      return lines;
    }
    begun = true;
    return List.copyOf(lines.subList(Math.max(0, lines.size() - query.lines()), lines.size()));
  }

  private List<LogLineResource> last(LogName name) throws IOException {
    LogIndex index = logs.index(name);
    if (!query.wants(name, index)) {
      return List.of();
    }
    boolean living = logs.isLiving(name);
    List<LogText.Line> lines = logs.read(name, text -> text.last(query.lines()));
    List<LogLineResource> told = new ArrayList<>();
    long position = 0;
    for (LogText.Line line : lines) {
      Instant at = index.at(line.offset()).orElseGet(clock::instant);
      if (!line.complete() && living) {
        break; // It is told when its end is there.
      }
      position = line.next();
      if (query.since().isEmpty() || !at.isBefore(query.since().get())) {
        told.add(resource(name, index, at, line));
      }
    }
    long begin = lines.isEmpty() ? 0 : lines.getFirst().offset();
    positions.put(name, Math.max(position, begin));
    return told;
  }

  private List<LogLineResource> after(LogName name) throws IOException {
    LogIndex index = logs.index(name);
    if (!query.wants(name, index)) {
      return List.of();
    }
    boolean living = logs.isLiving(name);
    long from = Optional.ofNullable(positions.get(name)).orElse(0L);
    List<LogLineResource> told = new ArrayList<>();
    for (LogText.Line line : logs.read(name, text -> text.after(from))) {
      if (line.complete() || !living) {
        positions.put(name, line.next());
        told.add(resource(name, index, index.at(line.offset()).orElseGet(clock::instant), line));
      }
    }
    return told;
  }

  private static LogLineResource resource(
      LogName name, LogIndex index, Instant at, LogText.Line line) {
    return new LogLineResource(
        at, name.slot(), name.process(), index.release(), index.generation(), line.words());
  }
}
