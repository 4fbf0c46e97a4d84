package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.Rejected;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;

/** The text around a signature: two marker lines and base64 between them, nothing else. */
final class Armor {
  private static final String BEGIN = "-----BEGIN SSH SIGNATURE-----";
  private static final String END = "-----END SSH SIGNATURE-----";

  private static final Pattern LINE_END = Pattern.compile("\\r?\\n");

  private Armor() {}

  /** The bytes in {@code armored}, which may have CRLF line ends. */
  static byte[] open(byte[] armored) throws Rejected {
    String text = new String(armored, StandardCharsets.ISO_8859_1);
    List<String> lines = LINE_END.splitAsStream(text).toList();
    if (lines.isEmpty() || !lines.getFirst().equals(BEGIN)) {
      throw WireReader.malformed("the signature does not begin with '" + BEGIN + "'");
    }
    int end = lines.indexOf(END);
    if (end < 0) {
      throw WireReader.malformed("the signature does not end with '" + END + "'");
    }
    if (!lines.subList(end + 1, lines.size()).stream().allMatch(String::isEmpty)) {
      throw WireReader.malformed(
          "there is something after the signature: put each signature into a file of its own");
    }
    String base64 = String.join("", lines.subList(1, end));
    try {
      byte[] bytes = Base64.getDecoder().decode(base64);
      if (!Base64.getEncoder().encodeToString(bytes).equals(base64)) {
        throw WireReader.malformed("the signature's base64 does not end as it has to");
      }
      return bytes;
    } catch (IllegalArgumentException e) {
      throw WireReader.malformed("the signature is not base64: " + e.getMessage());
    }
  }
}
