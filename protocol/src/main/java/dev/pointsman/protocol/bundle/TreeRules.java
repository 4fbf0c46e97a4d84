package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The rules that hold between the paths of one list: in order and each once, none below a file or a
 * link, none that differs from another in Unicode form only, every link to somewhere inside. Paths
 * come as they stand in the list and have passed {@link PathRules}. What a directory is follows
 * from the order: the first path below it brings it. Single-use, one thread.
 */
final class TreeRules {
  private final TreeLimits limits;
  private final PathTable table;
  private final NameForms forms;
  private byte[] path = new byte[PathRules.MAX_PATH_BYTES + 1];
  private byte[] previous = new byte[PathRules.MAX_PATH_BYTES + 1];
  private int length;
  private int entries;
  private long bytes;

  TreeRules(TreeLimits limits, PathTable table) {
    this.limits = limits;
    this.table = table;
    this.forms = new NameForms(table);
  }

  /** Counts the size of a file whose path is about to be added; false where it is too large. */
  boolean takes(long size) {
    if (size > limits.fileBytes() || size > limits.bytes() - bytes) {
      return false;
    }
    bytes += size;
    return true;
  }

  /** What there is to say to a file of {@code size} bytes that was not taken. */
  Rejected tooLarge(String shown, long size) {
    return tooLarge(limits, shown, size);
  }

  static Rejected tooLarge(TreeLimits limits, String shown, long size) {
    if (size > limits.fileBytes()) {
      return PathRules.refused(
          ErrorCode.LIMIT_FILE,
          "The file has " + size + " bytes; " + limits.fileBytes() + " are allowed.",
          shown);
    }
    return PathRules.refused(
        ErrorCode.LIMIT_BYTES,
        "With this file there are more than " + limits.bytes() + " bytes.",
        shown);
  }

  /**
   * The next path: {@code line} from {@code from} to {@code to}, which is {@code start} in the
   * list.
   */
  void add(Section section, byte[] line, int from, int to, int start) throws Rejected {
    byte[] last = path;
    final int lastLength = table.count(section) == 0 ? 0 : length;
    path = previous;
    previous = last;
    length = to - from;
    System.arraycopy(line, from, path, 0, length);
    int common = Arrays.mismatch(previous, 0, lastLength, path, 0, length);
    checkOrder(common, lastLength);
    for (int i = Math.max(common, 1); i < length; i++) {
      if (path[i] == '/') {
        newDirectory(section, i, start);
      }
    }
    checkNew(section);
    if (section == Section.LINKS && table.count(Section.LINKS) == limits.links()) {
      throw refused(ErrorCode.LIMIT_ENTRIES, "There are more than " + limits.links() + " links.");
    }
    count(start, length);
    table.add(section, start);
  }

  /** Checks what only the whole list shows. */
  void finish() throws Rejected {
    forms.check();
    new LinkTargets(table).check();
  }

  /** The sizes of all files together. */
  long bytes() {
    return bytes;
  }

  private void checkOrder(int common, int lastLength) throws Rejected {
    if (common < 0) {
      throw refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice.");
    }
    boolean after =
        common == lastLength
            || (common < length && (previous[common] & 0xff) < (path[common] & 0xff));
    if (!after) {
      throw refused(ErrorCode.TREE_ORDER, "The path belongs before the one above it.");
    }
  }

  /** The first {@code end} bytes of the path are a directory that this section has not had yet. */
  private void newDirectory(Section section, int end, int start) throws Rejected {
    for (Section other : Section.values()) {
      if (table.find(other, path, end) >= 0) {
        String shown = PathRules.printable(text(end));
        if (other == Section.DIRECTORIES) {
          throw PathRules.refused(
              ErrorCode.TREE_FORMAT, "files.lst names a directory that is not empty.", text(end));
        }
        String what = other == Section.FILES ? "a file" : "a symbolic link";
        throw refused(ErrorCode.PATH_NOT_A_DIRECTORY, shown + " is " + what + ".");
      }
      if (other != section && table.firstBelow(other, path, end + 1) >= 0) {
        return; // Counted there.
      }
    }
    count(start, end);
  }

  /** What stands in the sections before this one must not be at the path or below it. */
  private void checkNew(Section section) throws Rejected {
    path[length] = '/';
    for (Section other : Section.values()) {
      if (other == section) {
        return;
      }
      if (table.find(other, path, length) >= 0) {
        throw refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice.");
      }
      if (table.firstBelow(other, path, length + 1) < 0) {
        continue;
      }
      if (section == Section.DIRECTORIES) {
        throw refused(ErrorCode.TREE_FORMAT, "files.lst names a directory that is not empty.");
      }
      throw refused(ErrorCode.PATH_DUPLICATE, "The path is a directory already.");
    }
  }

  private void count(int start, int end) throws Rejected {
    if (entries == limits.entries()) {
      throw PathTable.tooMany(limits.entries(), text(end));
    }
    entries++;
    forms.note(path, end, start);
  }

  private String text(int end) {
    return new String(path, 0, end, StandardCharsets.UTF_8);
  }

  private Rejected refused(ErrorCode code, String detail) {
    return PathRules.refused(code, detail, text(length));
  }
}
