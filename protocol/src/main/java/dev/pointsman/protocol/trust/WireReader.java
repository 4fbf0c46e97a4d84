package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * Reads the data types of SSH (RFC 4251, section 5). Nothing is allocated for a length that the
 * bytes do not bear out; what does not fit is {@code sig.malformed}.
 */
final class WireReader {
  private final ByteBuffer bytes;
  private final String what;

  /** Reads {@code bytes}, called {@code what} in messages. */
  WireReader(byte[] bytes, String what) {
    this.bytes = ByteBuffer.wrap(bytes);
    this.what = what;
  }

  /** As many bytes as were asked for, without a length before them. */
  byte[] raw(int count) throws Rejected {
    need(count);
    byte[] raw = new byte[count];
    bytes.get(raw);
    return raw;
  }

  byte octet() throws Rejected {
    need(1);
    return bytes.get();
  }

  int uint32() throws Rejected {
    need(Integer.BYTES);
    return bytes.getInt();
  }

  long uint64() throws Rejected {
    need(Long.BYTES);
    return bytes.getLong();
  }

  /** How many bytes were read. */
  int position() {
    return bytes.position();
  }

  boolean hasMore() {
    return bytes.hasRemaining();
  }

  byte[] string() throws Rejected {
    int length = uint32();
    if (length < 0) {
      throw truncated();
    }
    return raw(length);
  }

  String text() throws Rejected {
    return new String(string(), StandardCharsets.UTF_8);
  }

  /** A number that is not negative, written in the only right way. */
  BigInteger mpint() throws Rejected {
    byte[] number = string();
    if (number.length > 0 && number[0] < 0) {
      throw malformed(what + " has a negative number");
    }
    if (number.length > 0 && number[0] == 0 && (number.length == 1 || number[1] >= 0)) {
      throw malformed(what + " has a number with needless zeros");
    }
    return new BigInteger(1, number);
  }

  /** Refuses what was not read. */
  void end() throws Rejected {
    if (bytes.hasRemaining()) {
      throw malformed(what + " has " + bytes.remaining() + " bytes after its end");
    }
  }

  /** A refusal of what is read here. */
  static Rejected malformed(String detail) {
    return new Rejected(ErrorCode.SIG_MALFORMED, detail);
  }

  private void need(int count) throws Rejected {
    if (count > bytes.remaining()) {
      throw truncated();
    }
  }

  private Rejected truncated() {
    return malformed(what + " ends too early");
  }
}
