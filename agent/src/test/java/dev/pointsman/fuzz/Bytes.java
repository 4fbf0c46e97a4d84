package dev.pointsman.fuzz;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;

/** Streams over an input that come in different portions. */
final class Bytes {
  private Bytes() {}

  /** All at once. */
  static InputStream whole(byte[] bytes) {
    return new ByteArrayInputStream(bytes);
  }

  /** Never more than {@code portion} bytes in one read. */
  static InputStream portions(byte[] bytes, int portion) {
    InputStream whole = whole(bytes);
    return new InputStream() {
      @Override
      public int read() throws IOException {
        return whole.read();
      }

      @Override
      public int read(byte[] buffer, int offset, int length) throws IOException {
        return whole.read(buffer, offset, Math.min(length, portion));
      }
    };
  }
}
