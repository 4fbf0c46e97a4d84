package dev.pointsman.protocol.bundle;

import java.nio.ByteBuffer;
import java.util.Arrays;

/** A spool in memory, for trees that are known to be small. */
final class HeapSpool implements Spool {
  private byte[] content = new byte[4 << 10];
  private int size;

  @Override
  public void append(byte[] bytes, int length) {
    if (length > content.length - size) {
      content = Arrays.copyOf(content, Math.max(content.length * 2, size + length));
    }
    System.arraycopy(bytes, 0, content, size, length);
    size += length;
  }

  @Override
  public void read(int position, byte[] into, int length) {
    System.arraycopy(content, position, into, 0, length);
  }

  @Override
  public ByteBuffer content() {
    return ByteBuffer.wrap(content, 0, size).slice();
  }
}
