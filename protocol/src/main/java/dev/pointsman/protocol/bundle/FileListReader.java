package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.TreeEntry.EmptyDirectory;
import dev.pointsman.protocol.bundle.TreeEntry.File;
import dev.pointsman.protocol.bundle.TreeEntry.Link;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads {@code files.lst} line by line, in constant memory: the form of each line, the order of
 * all, and {@link PathRules}. What holds between paths is the business of {@link TreeRules}.
 * Single-use, one thread.
 */
public final class FileListReader {
  /** Longer than the longest legal line. */
  private static final int MAX_LINE = 4_096;

  private static final Pattern FILE =
      Pattern.compile(
          "f (0|[1-7][0-7]{0,3}) (0|[1-9][0-9]{0,15}) ([0-9a-f]{64})  (.*)", Pattern.DOTALL);

  private final Source source;
  private final byte[] buffer = new byte[16 << 10];
  private int position;
  private int limit;
  private final byte[] line = new byte[MAX_LINE];
  private int number;
  private char section = 'f';
  private byte[] previous = new byte[0];

  /** Reads from {@code in}, which the caller closes. */
  public FileListReader(InputStream in) {
    this.source = new Source(in);
  }

  /** The next entry, or null after the last. */
  public @Nullable TreeEntry next() throws Rejected, IOException {
    if (number == 0 && !FileList.HEADER.equals(readLine())) {
      throw refused("The first line is not '" + FileList.HEADER + "'");
    }
    String text = readLine();
    if (text == null) {
      return null;
    }
    TreeEntry entry = parse(text);
    checkOrder(text.charAt(0), entry.path());
    return entry;
  }

  private TreeEntry parse(String text) throws Rejected {
    if (text.startsWith("f ")) {
      return file(text);
    }
    if (text.startsWith("l ")) {
      int tab = text.indexOf('\t');
      if (tab < 0) {
        throw refused("A link has no tab between target and path");
      }
      return new Link(path(text.substring(tab + 1)), text.substring(2, tab));
    }
    if (text.startsWith("d ")) {
      return new EmptyDirectory(path(text.substring(2)));
    }
    throw refused("The line begins with none of 'f ', 'l ', 'd '");
  }

  private File file(String text) throws Rejected {
    Matcher matcher = FILE.matcher(text);
    if (!matcher.matches()) {
      throw refused("The line is not 'f MODE SIZE SHA256  ./PATH'");
    }
    String path = path(matcher.group(4));
    int mode = Integer.parseInt(matcher.group(1), 8);
    if ((mode & 07000) != 0) {
      throw PathRules.refused(
          ErrorCode.ENTRY_MODE, "The file's mode is " + matcher.group(1) + ".", path);
    }
    long size = Long.parseLong(matcher.group(2));
    return new File(path, (mode & 0100) != 0, size, matcher.group(3));
  }

  private String path(String text) throws Rejected {
    if (text.startsWith("/")) {
      throw PathRules.refused(ErrorCode.PATH_ABSOLUTE, "The path is absolute.", text);
    }
    if (text.startsWith("../")) {
      throw PathRules.refused(ErrorCode.PATH_TRAVERSAL, "The path has a '..' in it.", text);
    }
    if (!text.startsWith("./")) {
      throw refused("The path does not begin with './'");
    }
    String path = text.substring(2);
    PathRules.check(path);
    return path;
  }

  private void checkOrder(char type, String path) throws Rejected {
    byte[] bytes = path.getBytes(StandardCharsets.UTF_8);
    if (type == section) {
      int order = Arrays.compareUnsigned(previous, bytes);
      if (order == 0) {
        throw PathRules.refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice.", path);
      }
      if (order > 0) {
        throw PathRules.refused(
            ErrorCode.TREE_ORDER, "Line " + number + " belongs before the line above it.", path);
      }
    } else if ("fld".indexOf(type) < "fld".indexOf(section)) {
      throw PathRules.refused(
          ErrorCode.TREE_ORDER,
          "Line " + number + " begins with '" + type + "' after one with '" + section + "'.",
          path);
    }
    section = type;
    previous = bytes;
  }

  /** The next line without its LF, or null at the end. */
  private @Nullable String readLine() throws Rejected, IOException {
    int length = 0;
    number++;
    for (int b = readByte(); b != '\n'; b = readByte()) {
      if (b < 0 && length == 0) {
        return null;
      }
      if (b < 0) {
        throw refused("The last line does not end with a line feed");
      }
      if (length == MAX_LINE) {
        throw refused("The line is longer than " + MAX_LINE + " bytes");
      }
      line[length++] = (byte) b;
    }
    return PathRules.decode(line, 0, length);
  }

  private int readByte() throws Rejected, IOException {
    if (position == limit) {
      limit = source.read(buffer, 0, buffer.length);
      position = 0;
      if (limit <= 0) {
        limit = 0;
        return -1;
      }
    }
    return buffer[position++] & 0xff;
  }

  private Rejected refused(String what) {
    return new Rejected(
        ErrorCode.TREE_FORMAT, "files.lst, line " + number + ": " + what + ".", "files.lst");
  }
}
