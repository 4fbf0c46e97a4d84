package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.Spool;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** Keeps the entries of a tree that is being built in a file, which the caller deletes. */
public final class FileSpool implements Spool, Closeable {
  private final Path file;
  private final FileChannel channel;
  private final ByteBuffer unwritten = ByteBuffer.allocateDirect(64 << 10);
  private final ByteBuffer part = ByteBuffer.allocateDirect(8 << 10);
  private int written;

  /** Creates {@code file}, which must not exist. */
  public FileSpool(Path file) throws IOException {
    this.file = file;
    this.channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE_NEW, StandardOpenOption.READ, StandardOpenOption.WRITE);
  }

  @Override
  public void append(byte[] bytes, int length) throws IOException {
    if (unwritten.remaining() < length) {
      write();
    }
    unwritten.put(bytes, 0, length);
  }

  @Override
  public void read(int position, byte[] into, int length) throws IOException {
    int stored = Math.clamp(written - (long) position, 0, length);
    if (stored > 0) {
      part.clear().limit(stored);
      while (part.hasRemaining()) {
        if (channel.read(part, position + (long) part.position()) < 0) {
          throw new IOException(file + " was shortened by somebody");
        }
      }
      part.get(0, into, 0, stored);
    }
    if (stored < length) {
      unwritten.get(position + stored - written, into, stored, length - stored);
    }
  }

  @Override
  public ByteBuffer content() throws IOException {
    write();
    return MappedFile.of(file);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  private void write() throws IOException {
    unwritten.flip();
    written += unwritten.limit();
    while (unwritten.hasRemaining()) {
      channel.write(unwritten);
    }
    unwritten.clear();
  }
}
