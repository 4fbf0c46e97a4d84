package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;

/** Reads a stream whose refusals come out as {@link Rejected}. */
final class Source {
  private final InputStream in;

  Source(InputStream in) {
    this.in = in;
  }

  /** As {@link InputStream#read(byte[], int, int)}. */
  int read(byte[] buffer, int offset, int length) throws Rejected, IOException {
    try {
      return in.read(buffer, offset, length);
    } catch (StreamRefused e) {
      throw e.rejected();
    }
  }

  /** Reads until {@code length} bytes are there or the stream ends; returns how many there are. */
  int readUpTo(byte[] buffer, int offset, int length) throws Rejected, IOException {
    try {
      return in.readNBytes(buffer, offset, length);
    } catch (StreamRefused e) {
      throw e.rejected();
    }
  }
}
