package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Goes through the lines of {@code files.lst} once: the form of each line and {@link PathRules} are
 * checked here, what holds between the lines by {@link TreeRules}. Single-use, one thread.
 */
final class ListScanner {
  /** Longer than the longest legal line. */
  private static final int MAX_LINE = 4_096;

  private static final int DIGEST = 64;
  private static final int MAX_SIZE_DIGITS = 16;

  private final ByteBuffer list;
  private final TreeRules rules;
  private final byte[] window = new byte[64 << 10];

  /** Where the window begins in the list, and how much is in it. */
  private int origin;

  private int filled;

  /** The line, in the window, without its line feed. */
  private int from;

  private int to = -1;
  private int number;

  ListScanner(ByteBuffer list, TreeRules rules) {
    this.list = list;
    this.rules = rules;
  }

  /** Reads all lines. */
  void scan() throws Rejected {
    if (!nextLine() || !FileList.HEADER.equals(text(from, to))) {
      throw refused("The first line is not '" + FileList.HEADER + "'");
    }
    Section last = Section.FILES;
    while (nextLine()) {
      Section section = section();
      if (section.compareTo(last) < 0) {
        throw new Rejected(
            ErrorCode.TREE_ORDER,
            "Line %d begins with '%s' after one with '%s'."
                .formatted(number, section.type(), last.type()),
            FileList.NAME);
      }
      last = section;
      int path = pathOf(section);
      rules.add(section, window, path, to, origin + path);
    }
  }

  private Section section() throws Rejected {
    if (to - from >= 2 && window[from + 1] == ' ') {
      for (Section section : Section.values()) {
        if (window[from] == section.type()) {
          return section;
        }
      }
    }
    throw refused("The line begins with none of 'f ', 'l ', 'd '");
  }

  /** Checks the line and returns where its path begins, without {@code ./}. */
  private int pathOf(Section section) throws Rejected {
    return switch (section) {
      case FILES -> file();
      case LINKS -> link();
      case DIRECTORIES -> path(from + 2);
    };
  }

  private int file() throws Rejected {
    int mode = from + 2;
    int size = number(mode, 4, 8);
    int digest = number(size, MAX_SIZE_DIGITS, 10);
    int end = digest + DIGEST;
    boolean formed = end + 2 <= to && window[end] == ' ' && window[end + 1] == ' ';
    for (int i = digest; formed && i < end; i++) {
      formed = isHex(window[i]);
    }
    if (!formed) {
      throw badFile();
    }
    int path = path(end + 2);
    checkMode(mode, size - 1, path);
    long bytes = Long.parseLong(text(size, digest - 1));
    if (!rules.takes(bytes)) {
      throw rules.tooLarge(text(path, to), bytes);
    }
    return path;
  }

  /** A number without needless zeros and then a space; returns what follows those. */
  private int number(int at, int digits, int base) throws Rejected {
    int end = at;
    while (end < to && window[end] >= '0' && window[end] < '0' + base) {
      end++;
    }
    boolean formed = end > at && end - at <= digits && end < to && window[end] == ' ';
    if (!formed || (window[at] == '0' && end > at + 1)) {
      throw badFile();
    }
    return end + 1;
  }

  private void checkMode(int at, int end, int path) throws Rejected {
    if (end - at == 4) {
      throw PathRules.refused(
          ErrorCode.ENTRY_MODE, "The file's mode is " + text(at, end) + ".", text(path, to));
    }
  }

  private int link() throws Rejected {
    for (int i = from + 2; i < to; i++) {
      if (window[i] == '\t') {
        int path = path(i + 1);
        LinkTargets.resolve(text(path, to), text(from + 2, i));
        return path;
      }
    }
    throw refused("A link has no tab between target and path");
  }

  private int path(int at) throws Rejected {
    boolean dotted = at + 2 <= to && window[at] == '.' && window[at + 1] == '/';
    if (!dotted) {
      String path = text(at, to);
      if (path.startsWith("/")) {
        throw PathRules.refused(ErrorCode.PATH_ABSOLUTE, "The path is absolute.", path);
      }
      if (path.startsWith("../")) {
        throw PathRules.refused(ErrorCode.PATH_TRAVERSAL, "The path has a '..' in it.", path);
      }
      throw refused("The path does not begin with './'");
    }
    if (!PathRules.isPlain(window, at + 2, to)) {
      PathRules.check(text(at + 2, to));
    }
    return at + 2;
  }

  private static boolean isHex(byte b) {
    return (b >= '0' && b <= '9') || (b >= 'a' && b <= 'f');
  }

  /** Goes to the next line; false at the end. */
  private boolean nextLine() throws Rejected {
    number++;
    from = to + 1;
    int lineFeed = lineFeed(from);
    if (lineFeed < 0 && origin + filled < list.limit()) {
      refill();
      lineFeed = lineFeed(0);
    }
    if (lineFeed < 0 && from == filled) {
      return false;
    }
    int end = lineFeed < 0 ? filled : lineFeed;
    if (end - from > MAX_LINE) {
      throw refused("The line is longer than " + MAX_LINE + " bytes");
    }
    if (lineFeed < 0) {
      throw refused("The last line does not end with a line feed");
    }
    to = lineFeed;
    return true;
  }

  private int lineFeed(int at) {
    for (int i = at; i < filled; i++) {
      if (window[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private void refill() {
    origin += from;
    from = 0;
    filled = Math.min(window.length, list.limit() - origin);
    list.get(origin, window, 0, filled);
  }

  private String text(int begin, int end) throws Rejected {
    for (int i = begin; i < end; i++) {
      if (window[i] < 0) {
        return PathRules.decode(window, begin, end - begin);
      }
    }
    return new String(window, begin, end - begin, StandardCharsets.ISO_8859_1);
  }

  private Rejected badFile() {
    return refused("The line is not 'f MODE SIZE SHA256  ./PATH'");
  }

  private Rejected refused(String what) {
    return new Rejected(
        ErrorCode.TREE_FORMAT,
        FileList.NAME + ", line " + number + ": " + what + ".",
        FileList.NAME);
  }
}
