package dev.pointsman.agent.release;

import dev.pointsman.agent.store.Stamp;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.time.Instant;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A file being written and hashed: what is hashed is what was written. One thread. */
public final class NewFile implements Closeable {
  private static final Set<PosixFilePermission> WHILE_WRITTEN =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final MessageDigest digest = Sha256.start();
  private long size;
  private @Nullable String sha256;

  /** Creates {@code path}, which must not exist; {@code buffer} is direct and lent until closed. */
  NewFile(Path path, ByteBuffer buffer) throws IOException {
    this.path = path;
    this.buffer = buffer;
    this.channel =
        FileChannel.open(
            path,
            Set.of(
                StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS),
            PosixFilePermissions.asFileAttribute(WHILE_WRITTEN));
  }

  private NewFile(Path path, FileChannel channel, ByteBuffer buffer) {
    this.path = path;
    this.channel = channel;
    this.buffer = buffer;
  }

  /** Goes on with a file that was begun before: what is in it is read and hashed first. */
  static NewFile resume(Path path, ByteBuffer buffer) throws IOException {
    FileChannel channel =
        FileChannel.open(
            path, StandardOpenOption.READ, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    NewFile file = new NewFile(path, channel, buffer);
    try {
      for (int count; (count = channel.read(buffer.clear())) >= 0; ) {
        file.digest.update(buffer.flip());
        file.size += count;
      }
      return file;
    } catch (IOException e) {
      channel.close();
      throw e;
    }
  }

  /** Appends. */
  public void write(byte[] bytes, int offset, int length) throws IOException {
    int done = 0;
    while (done < length) {
      buffer.clear();
      int count = Math.min(buffer.remaining(), length - done);
      buffer.put(bytes, offset + done, count).flip();
      while (buffer.hasRemaining()) {
        channel.write(buffer);
      }
      done += count;
    }
    digest.update(bytes, offset, length);
    size += length;
  }

  /** Bytes written so far. */
  public long size() {
    return size;
  }

  /** The SHA-256 of what was written, hex; nothing can be written any more. */
  public String sha256() {
    if (sha256 == null) {
      sha256 = Sha256.finish(digest);
    }
    return sha256;
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /**
   * Makes the closed file what it is to be from now on: content that came with a release of this
   * time.
   */
  public void settle(boolean executable, Instant created) throws IOException {
    Modes.settle(path, executable, Stamp.of(created, sha256()));
  }
}
