package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * The part of a file that a request claims to carry. The first line of an input is what {@code
 * Content-Length} says, where that is a number; every other line is a {@code Content-Range}. What
 * is accepted is a part that exists, as long as the body, and is what the header says in numbers of
 * any size; everything else is {@code blob.range} in printable words.
 */
public final class ContentRangeFuzz {
  private ContentRangeFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    String[] lines = new String(input, StandardCharsets.ISO_8859_1).split("\n", -1);
    long length = lines[0].matches("[0-9]{1,18}") ? Long.parseLong(lines[0]) : -1;
    List<String> ranges = List.of(lines).subList(1, lines.length);
    try {
      check(ContentRange.parse(ranges, length), ranges, length);
    } catch (Rejected e) {
      require(e.code() == ErrorCode.BLOB_RANGE, "another code: " + e);
      require(e.detail().matches("[ -~]{1,400}"), "words that cannot be printed: " + e);
      require(!ranges.isEmpty(), "a refusal without a header: " + e);
    }
  }

  private static void check(Control.Part part, List<String> ranges, long length) {
    require(length < 0 || part.end() - part.offset() == length, "not the body's length: " + part);
    if (ranges.isEmpty()) {
      require(part.offset() == 0 && part.total() == length, "not the whole: " + part);
      return;
    }
    require(ranges.size() == 1, "more than one was accepted: " + ranges);
    require(part.offset() >= 0 && part.offset() < part.end(), "an empty part: " + part);
    require(part.total() < 0 || part.end() <= part.total(), "beyond the total: " + part);
    String[] numbers = ranges.getFirst().split("[ /-]");
    require(numbers.length == 4 && numbers[0].equals("bytes"), "another form: " + ranges);
    require(is(part.offset(), numbers[1]), "another first byte: " + part);
    require(is(part.end() - 1, numbers[2]), "another last byte: " + part);
    require(
        part.total() < 0 ? numbers[3].equals("*") : is(part.total(), numbers[3]),
        "another total: " + part);
  }

  private static boolean is(long value, String text) {
    return new BigInteger(text).equals(BigInteger.valueOf(value));
  }

  private static void require(boolean holds, String what) {
    if (!holds) {
      throw new AssertionError(what);
    }
  }
}
