package dev.pointsman.agent.http;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** Columns of text, as wide as their widest cell. One thread. */
public final class TextTable {
  private final int[] widths;
  private final List<List<String>> rows = new ArrayList<>();

  /** A table with this first row. */
  public TextTable(String... heads) {
    widths = new int[heads.length];
    row(heads);
  }

  /** Adds a row of as many cells as there are heads. */
  public void row(String... cells) {
    if (cells.length != widths.length) {
      throw new IllegalArgumentException(cells.length + " cells for " + widths.length + " columns");
    }
    List<String> row = Arrays.stream(cells).map(TextTable::printable).toList();
    for (int i = 0; i < widths.length; i++) {
      widths[i] = Math.max(widths[i], row.get(i).codePointCount(0, row.get(i).length()));
    }
    rows.add(row);
  }

  /**
   * {@code text} without what a terminal would obey: control characters and text direction marks
   * become {@code ?}. Worker output ends up here, and nobody vouches for that.
   */
  public static String printable(String text) {
    StringBuilder clean = new StringBuilder(text.length());
    text.codePoints()
        .map(c -> isPlain(c) ? c : c == '\t' ? ' ' : '?')
        .forEach(clean::appendCodePoint);
    return clean.toString();
  }

  private static boolean isPlain(int c) {
    return switch (Character.getType(c)) {
      case Character.CONTROL,
          Character.FORMAT,
          Character.SURROGATE,
          Character.LINE_SEPARATOR,
          Character.PARAGRAPH_SEPARATOR ->
          false;
      default -> true;
    };
  }

  /** The rows, each ended by a line feed, without spaces at the end. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder();
    for (List<String> row : rows) {
      StringBuilder line = new StringBuilder();
      for (int i = 0; i < widths.length; i++) {
        String cell = row.get(i);
        int padding = widths[i] - cell.codePointCount(0, cell.length()) + 2;
        line.append(cell).repeat(' ', padding);
      }
      text.append(line.toString().stripTrailing()).append('\n');
    }
    return text.toString();
  }
}
