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
import java.util.Set;

/**
 * Reads the lines of an app's workers, of all slots together in the order of time: first the last
 * ones that match, then, each time it is asked, those that came since. The time of a line is that
 * at which its log was seen to have grown by it, a second or so later; lines of one process never
 * change their order. One thread.
 */
public final class LogReader {
  /** About so much is told of what has come, before it is asked again. */
  private static final long SOME_BYTES = 64 << 10;

  private static final Comparator<LogLineResource> IN_TIME =
      Comparator.comparing(LogLineResource::at);

  private final AppLogs logs;
  private final LogQuery query;
  private final InstantSource clock;
  private final Map<LogName, Long> positions = new HashMap<>();
  private int turn;
  private boolean begun;

  /** Reads {@code logs}; nothing is read yet. */
  public LogReader(AppLogs logs, LogQuery query, InstantSource clock) {
    this.logs = logs;
    this.query = query;
    this.clock = clock;
  }

  /**
   * The last lines at first, within {@link NewestLines#MOST_BYTES}, then those that have come, some
   * at a time; blocks for the disk.
   */
  public List<LogLineResource> next() throws IOException {
    List<LogName> names = logs.names();
    positions.keySet().retainAll(Set.copyOf(names));
    List<LogLineResource> lines = begun ? news(names) : last(names);
    begun = true;
    return lines;
  }

  /** The newest logs are read first: of most others only the last line is looked at then. */
  private List<LogLineResource> last(List<LogName> names) throws IOException {
    NewestLines newest = new NewestLines(query.lines());
    for (LogName name : names.reversed()) {
      try {
        last(name, newest);
      } catch (NoSuchFileException e) {
        positions.remove(name); // It was the oldest, and has gone meanwhile.
      }
    }
    return newest.lines();
  }

  private void last(LogName name, NewestLines newest) throws IOException {
    LogIndex index = logs.index(name);
    if (!query.wants(name, index)) {
      return;
    }
    boolean living = logs.isLiving(name);
    positions.remove(name);
    logs.read(
        name,
        text -> {
          text.backwards(line -> last(name, index, line, living, newest));
          return true;
        });
  }

  private boolean last(
      LogName name, LogIndex index, LogText.Line line, boolean living, NewestLines newest) {
    boolean told = line.complete() || !living; // Else when its end is there.
    positions.putIfAbsent(name, told ? line.next() : line.offset());
    if (!told) {
      return true;
    }
    Instant at = index.at(line.offset()).orElseGet(clock::instant);
    return query.since().filter(at::isBefore).isEmpty()
        && newest.offer(name, line.offset(), resource(name, index, at, line));
  }

  /** Logs take turns, so that one which grows fast hides no other. */
  private List<LogLineResource> news(List<LogName> names) throws IOException {
    List<LogLineResource> lines = new ArrayList<>();
    long bytes = 0;
    int first = turn;
    for (int i = 0; i < names.size() && bytes < SOME_BYTES; i++) {
      turn = (first + i) % names.size();
      LogName name = names.get(turn);
      try {
        List<LogLineResource> more = after(name);
        lines.addAll(more);
        bytes += more.stream().mapToLong(line -> NewestLines.weight(line.line())).sum();
      } catch (NoSuchFileException e) {
        positions.remove(name);
      }
    }
    turn++;
    lines.sort(IN_TIME);
    return lines;
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
