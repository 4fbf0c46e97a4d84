package dev.pointsman.agent.push;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.zip.CRC32;
import java.util.zip.Deflater;

/** Another stream as one gzip member (RFC 1952), compressed while it is read. One thread. */
public final class GzipStream extends InputStream {
  private static final byte[] HEADER = {0x1f, (byte) 0x8b, 8, 0, 0, 0, 0, 0, 0, (byte) 0xff};
  private static final int FAST = 1;

  private final InputStream in;
  private final Deflater deflater = new Deflater(FAST, true);
  private final CRC32 checksum = new CRC32();
  private final byte[] input = new byte[64 << 10];
  private ByteBuffer frame = ByteBuffer.wrap(HEADER);
  private long size;
  private boolean trailed;

  /** Compresses {@code in}, and closes it when this is closed. */
  public GzipStream(InputStream in) {
    this.in = in;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      if (frame.hasRemaining()) {
        int count = Math.min(length, frame.remaining());
        frame.get(target, offset, count);
        return count;
      }
      if (trailed) {
        return -1;
      }
      int count = deflater.deflate(target, offset, length);
      if (count > 0) {
        return count;
      }
      if (deflater.finished()) {
        trailer();
      } else {
        feed();
      }
    }
  }

  private void feed() throws IOException {
    int count = in.read(input, 0, input.length);
    if (count < 0) {
      deflater.finish();
    } else {
      checksum.update(input, 0, count);
      size += count;
      deflater.setInput(input, 0, count);
    }
  }

  private void trailer() {
    frame = ByteBuffer.allocate(8).order(ByteOrder.LITTLE_ENDIAN);
    frame.putInt((int) checksum.getValue()).putInt((int) size).flip();
    trailed = true;
  }

  @Override
  public void close() throws IOException {
    deflater.end();
    in.close();
  }
}
