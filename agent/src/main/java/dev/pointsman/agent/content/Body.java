package dev.pointsman.agent.content;

import java.io.IOException;
import java.io.InputStream;

/** The body of an upload, which remembers whether it was the body that failed. One thread. */
public final class Body extends InputStream {
  private final InputStream in;
  private boolean broken;

  public Body(InputStream in) {
    this.in = in;
  }

  /** Whether the sender is to blame for the end: it went away or became too slow. */
  public boolean isBroken() {
    return broken;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] buffer, int offset, int length) throws IOException {
    try {
      return in.read(buffer, offset, length);
    } catch (IOException e) {
      broken = true;
      throw e;
    }
  }
}
