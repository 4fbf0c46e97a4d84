package dev.pointsman.protocol.bundle;

import java.io.IOException;
import java.nio.ByteBuffer;

/** Where a {@link TreeBuilder} keeps what it was given. One thread. */
public interface Spool {
  /** Appends {@code length} bytes. */
  void append(byte[] bytes, int length) throws IOException;

  /** Fills {@code into} with what was appended at {@code position}. */
  void read(int position, byte[] into, int length) throws IOException;

  /** All that was appended; nothing more will be. */
  ByteBuffer content() throws IOException;
}
