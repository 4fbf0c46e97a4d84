package dev.pointsman.agent.intake;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** A body whose sender goes away. */
final class BreakingBody extends InputStream {
  private final ByteArrayInputStream in;

  BreakingBody(byte[] bytes, int length) {
    in = new ByteArrayInputStream(bytes, 0, Math.min(length, bytes.length));
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    int count = in.read(buffer, offset, length);
    if (count < 0 && length > 0) {
      throw new IOException("connection reset");
    }
    return count;
  }
}
