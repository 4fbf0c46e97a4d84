package dev.pointsman.agent.logs;

import dev.pointsman.protocol.api.LogLineResource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;
import org.jspecify.annotations.Nullable;

/**
 * The newest lines of several logs, within a number of lines and of bytes. What is older gives way,
 * and nothing older than that is taken any more: no line is missing between two.
 */
final class NewestLines {
  /** More is not told at once, as it is in an answer. */
  static final long MOST_BYTES = 4 << 20;

  /** What surrounds the words of a line. */
  private static final int AROUND = 150;

  private static final Comparator<Entry> IN_TIME =
      Comparator.comparing((Entry entry) -> entry.line().at())
          .thenComparing(Entry::name)
          .thenComparingLong(Entry::offset);

  private record Entry(LogName name, long offset, LogLineResource line) {}

  private final PriorityQueue<Entry> kept = new PriorityQueue<>(IN_TIME);
  private final int most;
  private long bytes;
  private @Nullable Entry floor;

  NewestLines(int most) {
    this.most = most;
  }

  /** Takes a line, unless there is no room: then there is none for what its log has before it. */
  boolean offer(LogName name, long offset, LogLineResource line) {
    Entry entry = new Entry(name, offset, line);
    if (isTooOld(entry)) {
      return false;
    }
    kept.add(entry);
    bytes += weight(line.line());
    while (kept.size() > most || bytes > MOST_BYTES) {
      floor = kept.remove();
      bytes -= weight(floor.line().line());
    }
    return !isTooOld(entry);
  }

  private boolean isTooOld(Entry entry) {
    return floor != null && IN_TIME.compare(entry, floor) <= 0;
  }

  /** In the order of time. */
  List<LogLineResource> lines() {
    List<Entry> entries = new ArrayList<>(kept);
    entries.sort(IN_TIME);
    return entries.stream().map(Entry::line).toList();
  }

  /** How many bytes of an answer it is at most: U+FFFD takes three, an escape in JSON six. */
  static long weight(String words) {
    long weight = AROUND;
    for (int i = 0; i < words.length(); i++) {
      char c = words.charAt(i);
      weight += c >= ' ' && c < 0x7f ? 1 : c < 0xa0 ? 6 : 3;
    }
    return weight;
  }
}
