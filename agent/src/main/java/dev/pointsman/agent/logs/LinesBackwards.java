package dev.pointsman.agent.logs;

import dev.pointsman.agent.logs.LogText.Line;
import java.io.IOException;
import java.util.function.Predicate;

/**
 * The lines of some bytes without a gap, told from the last one back: what a log holds of no
 * interest is neither read nor kept. Holds one window of the bytes, and no line that it has told.
 */
final class LinesBackwards {
  private static final int WINDOW = 2 * LogText.LONGEST_LINE;

  private final LogText text;
  private final long start;
  private final long end;
  private final long floor;
  private byte[] window = new byte[0];
  private long low; // The offset of the window's first byte.

  /** Nothing is read yet. */
  LinesBackwards(LogText text, long start, long end) {
    this.text = text;
    this.start = start;
    this.end = end;
    this.floor = Math.max(start, end - LogText.MOST_BYTES);
  }

  /**
   * Tells one line after the other until {@code more} answers that it has enough; whether it wants
   * those before {@code start} too.
   */
  boolean tell(Predicate<Line> more) throws IOException {
    boolean told = false;
    long high = end;
    while (high > floor) {
      long begin = begin(high);
      for (long piece = lastPiece(begin, high); piece >= begin; piece -= LogText.LONGEST_LINE) {
        if (piece == floor && floor > 0 && told) {
          return floor == start; // Its beginning was not read, or is gone.
        }
        if (!more.test(line(piece, Math.min(high, piece + LogText.LONGEST_LINE)))) {
          return false;
        }
        told = true;
      }
      high = begin;
    }
    return floor == start;
  }

  /** Where the line begins whose last byte is before {@code high}. */
  private long begin(long high) throws IOException {
    for (long at = high - 2; at >= floor; at--) {
      if (at(at) == '\n') {
        return at + 1;
      }
    }
    return floor;
  }

  /** Where the last piece begins of the line from {@code begin} to {@code high}. */
  private static long lastPiece(long begin, long high) {
    return begin + (high - begin - 1) / LogText.LONGEST_LINE * LogText.LONGEST_LINE;
  }

  private Line line(long from, long to) throws IOException {
    at(to - 1);
    if (from < low) {
      load(to);
    }
    int first = (int) (from - low);
    int last = (int) (to - low);
    boolean ends = window[last - 1] == '\n';
    return LogText.line(
        window,
        low,
        first,
        ends ? last - 1 : last,
        last,
        ends || to - from == LogText.LONGEST_LINE);
  }

  private byte at(long offset) throws IOException {
    if (offset < low || offset >= low + window.length) {
      load(offset + 1);
    }
    return window[(int) (offset - low)];
  }

  private void load(long to) throws IOException {
    low = Math.max(floor, to - WINDOW);
    window = text.read(low, (int) (to - low));
    if (window.length < to - low) {
      throw new IOException("the log became shorter while it was read");
    }
  }
}
