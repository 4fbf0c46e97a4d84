package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Which part of a file a request carries: {@code Content-Range} of RFC 9110, 14.4, in the two forms
 * that a sender can mean, {@code bytes FIRST-LAST/TOTAL} and {@code bytes FIRST-LAST/*}. Anything
 * else is {@code blob.range}: a part at a wrong place would spoil what came before it.
 */
final class ContentRange {
  private static final String NAME = "Content-Range";

  /** Sixteen digits hold every size of {@code files.lst}, and never overflow. */
  private static final Pattern FORM =
      Pattern.compile("bytes ([0-9]{1,16})-([0-9]{1,16})/([0-9]{1,16}|\\*)");

  private ContentRange() {}

  /**
   * The part that the headers describe.
   *
   * @param ranges every {@code Content-Range} of the request
   * @param length its {@code Content-Length}, or -1
   */
  static Control.Part parse(List<String> ranges, long length) throws Rejected {
    if (ranges.isEmpty()) {
      return new Control.Part(0, length, length);
    }
    if (ranges.size() > 1) {
      throw refused("There are " + ranges.size() + " of them.");
    }
    Matcher matcher = FORM.matcher(ranges.getFirst());
    if (!matcher.matches()) {
      throw refused("It is not 'bytes FIRST-LAST/TOTAL' or 'bytes FIRST-LAST/*'.");
    }
    long first = Long.parseLong(matcher.group(1));
    long end = Long.parseLong(matcher.group(2)) + 1;
    long total = matcher.group(3).equals("*") ? -1 : Long.parseLong(matcher.group(3));
    if (end <= first) {
      throw refused("The last byte lies before the first.");
    }
    if (total >= 0 && end > total) {
      throw refused("The last byte lies beyond the total.");
    }
    if (length >= 0 && length != end - first) {
      throw refused(
          "It spans " + (end - first) + " bytes, and Content-Length says " + length + ".");
    }
    return new Control.Part(first, end, total);
  }

  private static Rejected refused(String why) {
    return new Rejected(ErrorCode.BLOB_RANGE, "Content-Range cannot be followed. " + why, NAME);
  }
}
