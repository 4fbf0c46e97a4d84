package dev.pointsman.protocol.trust;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/** Writes the data types of SSH (RFC 4251, section 5). */
final class WireWriter {
  private final ByteArrayOutputStream bytes = new ByteArrayOutputStream();

  WireWriter raw(byte[] value) {
    bytes.writeBytes(value);
    return this;
  }

  WireWriter octet(byte value) {
    bytes.write(value);
    return this;
  }

  WireWriter uint32(int value) {
    return raw(ByteBuffer.allocate(Integer.BYTES).putInt(value).array());
  }

  WireWriter string(byte[] value) {
    return uint32(value.length).raw(value);
  }

  WireWriter text(String value) {
    return string(value.getBytes(StandardCharsets.UTF_8));
  }

  byte[] toBytes() {
    return bytes.toByteArray();
  }
}
