package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;

/**
 * The records of a pax header: {@code LENGTH KEY=VALUE LF}. Values are kept of the three keys that
 * mean something here; of the others, as times, owners and extended attributes, only the names.
 */
final class PaxRecords {
  static final String PATH = "path";
  static final String LINK_PATH = "linkpath";
  static final String SIZE = "size";

  private static final Set<String> USED = Set.of(PATH, LINK_PATH, SIZE);
  private static final int MAX_LENGTH_DIGITS = 6;

  private final byte[] bytes;
  private final Map<String, String> records = new HashMap<>();
  private int position;

  private PaxRecords(byte[] bytes) {
    this.bytes = bytes;
  }

  /** The records by key; keys that are not used here have an empty value. */
  static Map<String, String> parse(byte[] bytes) throws Rejected {
    PaxRecords pax = new PaxRecords(bytes);
    while (pax.position < bytes.length) {
      pax.readRecord();
    }
    return pax.records;
  }

  private void readRecord() throws Rejected {
    int start = position;
    int length = readLength();
    int end = start + length;
    if (length > bytes.length - start || end <= position || bytes[end - 1] != '\n') {
      throw malformed("a record has a wrong length");
    }
    int equals = position;
    while (equals < end - 1 && bytes[equals] != '=') {
      equals++;
    }
    if (equals == position || equals == end - 1) {
      throw malformed("a record has no key");
    }
    String key = new String(bytes, position, equals - position, StandardCharsets.UTF_8);
    String value = value(key, equals + 1, end - 1);
    if (records.putIfAbsent(key, value) != null) {
      throw malformed("'" + PathRules.printable(key) + "' occurs twice");
    }
    position = end;
  }

  /** Reads the decimal length and the space after it. */
  private int readLength() throws Rejected {
    int start = position;
    int length = 0;
    while (position < bytes.length && bytes[position] >= '0' && bytes[position] <= '9') {
      if (position - start == MAX_LENGTH_DIGITS) {
        throw malformed("a record is too long");
      }
      length = length * 10 + (bytes[position++] - '0');
    }
    if (position == start || position == bytes.length || bytes[position] != ' ') {
      throw malformed("a record does not begin with its length");
    }
    position++;
    return length;
  }

  private String value(String key, int from, int to) throws Rejected {
    if (key.startsWith("GNU.sparse")) {
      throw new Rejected(ErrorCode.TAR_SPARSE, "The archive has a sparse file.");
    }
    if (key.equals("hdrcharset")) {
      throw malformed("it asks for another character set");
    }
    if (!USED.contains(key)) {
      return "";
    }
    if (from == to) {
      throw malformed("'" + key + "' is empty");
    }
    String value = PathRules.decode(bytes, from, to - from);
    PathRules.checkCharacters(value);
    return value;
  }

  private static Rejected malformed(String what) {
    return new Rejected(ErrorCode.TAR_PAX, "A pax header is not acceptable: " + what + ".");
  }
}
