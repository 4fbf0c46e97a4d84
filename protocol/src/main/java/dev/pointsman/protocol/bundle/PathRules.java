package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Comparator;

/** What a path in a release may look like, whichever way it came. */
public final class PathRules {
  static final int MAX_PATH_BYTES = 1_024;
  static final int MAX_COMPONENT_BYTES = 255;
  static final int MAX_DEPTH = 64;

  /** The top-level name that the agent keeps for itself. */
  static final String RESERVED = ".pointsman";

  /** The order of {@code LC_ALL=C sort}: by UTF-8 bytes, which is by code point. */
  public static final Comparator<String> BYTE_ORDER = PathRules::compareByCodePoint;

  private static final int SHOWN = 200;

  private PathRules() {}

  /**
   * Refuses {@code path} unless it is one that a release may have: relative, without {@code ./} at
   * its front, names separated by single slashes.
   */
  public static void check(String path) throws Rejected {
    if (path.isEmpty()) {
      throw new Rejected(ErrorCode.PATH_COMPONENT, "The path is empty.");
    }
    if (path.charAt(0) == '/') {
      throw refused(ErrorCode.PATH_ABSOLUTE, "The path is absolute.", path);
    }
    checkCharacters(path);
    int bytes = utf8Length(path);
    if (bytes > MAX_PATH_BYTES) {
      throw refused(ErrorCode.PATH_TOO_LONG, "The path has " + bytes + " bytes.", path);
    }
    String[] names = path.split("/", -1);
    if (names.length > MAX_DEPTH) {
      throw refused(ErrorCode.PATH_TOO_DEEP, "The path has " + names.length + " parts.", path);
    }
    for (String name : names) {
      checkName(name, path);
    }
    if (names[0].equals(RESERVED)) {
      throw refused(ErrorCode.PATH_RESERVED, "The name is the agent's own.", path);
    }
  }

  /**
   * Whether {@link #check} surely accepts these bytes: ASCII only, and nothing to complain about.
   */
  static boolean isPlain(byte[] path, int from, int to) {
    if (to - from > MAX_PATH_BYTES || (to > from && path[from] == '.')) {
      return false;
    }
    int depth = 1;
    int name = from;
    for (int i = from; i < to; i++) {
      byte b = path[i];
      if (b < 0x20 || b == 0x7f || b == '\\') {
        return false;
      }
      if (b == '/') {
        if (i == name || i - name > MAX_COMPONENT_BYTES || ++depth > MAX_DEPTH) {
          return false;
        }
        name = i + 1;
      } else if (b == '.' && i == name && !isPlainDot(path, i + 1, to)) {
        return false;
      }
    }
    return name < to && to - name <= MAX_COMPONENT_BYTES;
  }

  /** Whether a name that begins with a dot cannot be {@code .} or {@code ..}. */
  private static boolean isPlainDot(byte[] path, int next, int to) {
    return next < to && path[next] != '/' && path[next] != '.';
  }

  private static void checkName(String name, String path) throws Rejected {
    if (name.isEmpty()) {
      throw refused(ErrorCode.PATH_COMPONENT, "A part of the path is empty.", path);
    }
    if (name.equals(".") || name.equals("..")) {
      throw refused(ErrorCode.PATH_TRAVERSAL, "The path has a '" + name + "' in it.", path);
    }
    int bytes = utf8Length(name);
    if (bytes > MAX_COMPONENT_BYTES) {
      throw refused(ErrorCode.PATH_COMPONENT, "A part of the path has " + bytes + " bytes.", path);
    }
  }

  /** Refuses characters that no path and no link target may have. */
  static void checkCharacters(String text) throws Rejected {
    for (int i = 0; i < text.length(); i++) {
      char c = text.charAt(i);
      if (isForbidden(c)) {
        throw refused(
            ErrorCode.PATH_CHAR, String.format("The name has U+%04X in it.", (int) c), text);
      }
    }
  }

  private static boolean isForbidden(char c) {
    boolean control = c < 0x20 || (c >= 0x7f && c <= 0x9f);
    boolean direction = (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
    return control || direction || c == '\\' || c == 0xfeff;
  }

  /** The text of these bytes, which must be UTF-8. */
  static String decode(byte[] bytes, int offset, int length) throws Rejected {
    try {
      return StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .onUnmappableCharacter(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes, offset, length))
          .toString();
    } catch (CharacterCodingException e) {
      Rejected rejected =
          refused(
              ErrorCode.PATH_ENCODING,
              "A name is not UTF-8.",
              new String(bytes, offset, length, StandardCharsets.ISO_8859_1));
      rejected.initCause(e);
      throw rejected;
    }
  }

  static int utf8Length(String text) {
    return text.getBytes(StandardCharsets.UTF_8).length;
  }

  /** A refusal that names {@code path} in a form that is safe to print. */
  static Rejected refused(ErrorCode code, String detail, String path) {
    return new Rejected(code, detail, printable(path));
  }

  /** {@code text} as it may be shown on a terminal. */
  public static String printable(String text) {
    return Shown.of(text, SHOWN);
  }

  private static int compareByCodePoint(String left, String right) {
    int common = Math.min(left.length(), right.length());
    for (int i = 0; i < common; i++) {
      char l = left.charAt(i);
      char r = right.charAt(i);
      if (l != r) {
        return Integer.compare(rank(l), rank(r));
      }
    }
    return Integer.compare(left.length(), right.length());
  }

  /** Surrogates stand for code points above every other char. */
  private static int rank(char c) {
    return Character.isSurrogate(c) ? c + 0x10000 : c;
  }
}
