package dev.pointsman.agent.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Deque;
import java.util.List;
import java.util.function.Predicate;

/**
 * What a process wrote, as one text with the offsets that {@link LogIndex} knows, wherever it lies.
 * Of what was lost nothing is shown: the line around a gap is two lines. A snapshot: it holds until
 * the log is bounded again.
 */
final class LogText {
  /** A longer line is shown in pieces. */
  static final int LONGEST_LINE = 64 * 1024;

  /** No more is read of one log for one question. */
  static final int MOST_BYTES = 4 << 20;

  private static final int CHUNK = 64 * 1024;

  /** Bytes of the text from {@code start} to {@code end}, at {@code position} in a file. */
  private record Span(long start, long end, Path file, long position) {}

  /**
   * A line without its end. What is not UTF-8 becomes a replacement character.
   *
   * @param next where the one after it begins
   * @param complete whether its end was written
   */
  record Line(long offset, long next, String words, boolean complete) {}

  private final List<Span> spans;

  private LogText(List<Span> spans) {
    this.spans = spans;
  }

  static LogText of(LiveLog log) throws IOException {
    List<Span> spans = new ArrayList<>();
    for (LogPart part : LogPart.of(log.file())) {
      if (!part.lost()) {
        add(spans, new Span(part.start(), part.end(), part.file(), 0));
      }
    }
    add(spans, new Span(log.cut(), log.end(), log.file(), log.position(log.cut())));
    return new LogText(spans);
  }

  private static void add(List<Span> spans, Span span) {
    if (span.end() > span.start()) {
      spans.add(span);
    }
  }

  /** The offset behind the last byte. */
  long end() {
    return spans.isEmpty() ? 0 : spans.getLast().end();
  }

  /**
   * The last {@code count} lines, oldest first, one that is not complete too; fewer where they are
   * more than {@code bytes} bytes together.
   */
  List<Line> last(int count, long bytes) throws IOException {
    Deque<Line> found = new ArrayDeque<>();
    if (count > 0) {
      backwards(line -> {
        if (!found.isEmpty() && found.getLast().next() - line.offset() > bytes) {
          return false;
        }
        found.addFirst(line);
        return found.size() < count;
      });
    }
    return List.copyOf(found);
  }

  /** Tells the lines from the last one back, until {@code more} answers that it has enough. */
  void backwards(Predicate<Line> more) throws IOException {
    for (int i = spans.size() - 1; i >= 0; i--) {
      long end = spans.get(i).end();
      while (i > 0 && spans.get(i - 1).end() == spans.get(i).start()) {
        i--; // To the beginning of what has no gap.
      }
      if (!new LinesBackwards(this, spans.get(i).start(), end).tell(more)) {
        return;
      }
    }
  }

  /**
   * The lines from {@code from}, where one begins, on; as many as there are in some bytes. Where
   * {@code from} is gone, from the first whole line that is there.
   */
  List<Line> after(long from) throws IOException {
    for (Span span : spans) {
      if (span.end() > from) {
        boolean torn = span.start() > from && !follows(span);
        long start = Math.max(from, span.start());
        List<Line> lines = lines(start, Math.min(run(span), start + CHUNK + LONGEST_LINE));
        return torn && lines.size() > 1 ? lines.subList(1, lines.size()) : lines;
      }
    }
    return List.of();
  }

  private boolean follows(Span span) {
    int at = spans.indexOf(span);
    return at > 0 && spans.get(at - 1).end() == span.start();
  }

  /** Where the run of spans without a gap ends that {@code span} is in. */
  private long run(Span span) {
    long end = span.end();
    for (Span next : spans.subList(spans.indexOf(span) + 1, spans.size())) {
      if (next.start() != end) {
        break;
      }
      end = next.end();
    }
    return end;
  }

  private List<Line> lines(long from, long to) throws IOException {
    byte[] bytes = read(from, (int) (to - from));
    List<Line> lines = new ArrayList<>();
    int start = 0;
    for (int i = 0; i < bytes.length; i++) {
      boolean ends = bytes[i] == '\n';
      if (ends || i - start + 1 == LONGEST_LINE) {
        int stop = ends ? i : i + 1;
        lines.add(line(bytes, from, start, stop, i + 1, true));
        start = i + 1;
      }
    }
    if (start < bytes.length) {
      lines.add(line(bytes, from, start, bytes.length, bytes.length, false));
    }
    return lines;
  }

  /** That of {@code bytes}, the first of which is at {@code from}. */
  static Line line(byte[] bytes, long from, int start, int stop, int next, boolean complete) {
    int end = stop > start && complete && bytes[stop - 1] == '\r' ? stop - 1 : stop;
    return new Line(
        from + start, from + next, new String(bytes, start, end - start, UTF_8), complete);
  }

  /** Bytes from {@code from} on; fewer where there are no more. */
  byte[] read(long from, int count) throws IOException {
    ByteBuffer buffer = ByteBuffer.allocate(count);
    for (Span span : spans) {
      long at = from + buffer.position();
      if (buffer.hasRemaining() && at >= span.start() && at < span.end()) {
        int part = (int) Math.min(buffer.remaining(), span.end() - at);
        ByteBuffer slice = buffer.slice(buffer.position(), part);
        LogFiles.read(span.file(), span.position() + at - span.start(), slice);
        buffer.position(buffer.position() + slice.position());
        if (slice.hasRemaining()) {
          break;
        }
      }
    }
    return buffer.hasRemaining()
        ? Arrays.copyOf(buffer.array(), buffer.position())
        : buffer.array();
  }
}
