package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import java.io.IOException;
import java.io.InputStream;

/**
 * A body that has to have as many bytes as its request announced in {@code Content-Range}. One
 * thread.
 */
final class ExactBody extends InputStream {
  private final BodyStream in;
  private final long length;
  private long left;

  ExactBody(BodyStream in, long length) {
    this.in = in;
    this.length = length;
    this.left = length;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int count) throws IOException {
    if (count == 0) {
      return 0;
    }
    if (left == 0) {
      if (in.read() >= 0) {
        throw broken("more");
      }
      return -1;
    }
    int got = in.read(target, offset, (int) Math.min(count, left));
    if (got < 0) {
      throw broken("only " + (length - left));
    }
    left -= got;
    return got;
  }

  private BrokenBody broken(String what) {
    BrokenBody broken =
        new BrokenBody(
            ErrorCode.HTTP_LENGTH,
            "the range has " + length + " bytes, and " + what + " came in the body");
    in.spoil(broken);
    return broken;
  }
}
