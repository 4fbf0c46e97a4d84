package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;

/**
 * What the two trust files have in common: numbered lines, comments, public keys. Any mistake
 * refuses the whole file with {@code agent.trust}.
 */
final class TrustFile {
  /** The largest trust file, bytes. */
  static final int MAX_BYTES = 1 << 20;

  /** The longest line, characters: no key that is accepted needs as many. */
  static final int MAX_LINE = 16 << 10;

  private TrustFile() {}

  /** A line that says something; counted from 1. */
  record Line(String file, int number, String text) {
    Rejected refused(String rule) {
      return new Rejected(
          ErrorCode.AGENT_TRUST, file + ", line " + number + ": " + rule, file + ":" + number);
    }
  }

  /** The lines of {@code bytes} that are neither empty nor comments, stripped. */
  static List<Line> lines(byte[] bytes, String file) throws Rejected {
    if (bytes.length > MAX_BYTES) {
      throw new Rejected(
          ErrorCode.AGENT_TRUST, file + " is larger than " + MAX_BYTES + " bytes", file);
    }
    String text;
    try {
      text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
    } catch (CharacterCodingException e) {
      throw new Rejected(ErrorCode.AGENT_TRUST, file + " is not valid UTF-8", file);
    }
    List<Line> lines = new ArrayList<>();
    int number = 0;
    for (String line : text.lines().map(String::strip).toList()) {
      number++;
      if (line.length() > MAX_LINE) {
        throw new Line(file, number, line).refused("longer than " + MAX_LINE + " characters");
      }
      if (!line.isEmpty() && !line.startsWith("#")) {
        lines.add(new Line(file, number, line));
      }
    }
    return List.copyOf(lines);
  }

  /** The blob of a key that is written as {@code type base64}. */
  static byte[] keyBlob(Line line, String type, String base64) throws Rejected {
    byte[] blob;
    try {
      blob = Base64.getDecoder().decode(base64);
    } catch (IllegalArgumentException e) {
      throw line.refused("the key is not base64: " + e.getMessage());
    }
    String named = typeOf(line, blob);
    if (!named.equals(type)) {
      throw line.refused(
          "the key is of type '" + Shown.of(named) + "', but '" + Shown.of(type) + "' is written");
    }
    return blob;
  }

  private static String typeOf(Line line, byte[] blob) throws Rejected {
    try {
      return new WireReader(blob, "the key").text();
    } catch (Rejected e) {
      throw line.refused(e.detail());
    }
  }
}
