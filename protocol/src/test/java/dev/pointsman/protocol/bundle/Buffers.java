package dev.pointsman.protocol.bundle;

import java.nio.ByteBuffer;

/** Bytes of buffers. */
final class Buffers {
  private Buffers() {}

  static byte[] bytes(ByteBuffer buffer) {
    byte[] bytes = new byte[buffer.remaining()];
    buffer.get(bytes);
    return bytes;
  }
}
