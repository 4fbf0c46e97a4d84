package dev.pointsman.agent.release;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.Set;

/** A file being written and hashed: what is hashed is what was written. One thread. */
public final class NewFile implements Closeable {
  private static final Set<PosixFilePermission> WHILE_WRITTEN =
      PosixFilePermissions.fromString("rw-------");

  private final Path path;
  private final FileChannel channel;
  private final ByteBuffer buffer;
  private final MessageDigest digest = Sha256.start();
  private long size;

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

  /** The SHA-256 of what was written, hex; to be asked for once, at the end. */
  public String sha256() {
    return Sha256.finish(digest);
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }

  /** Gives the closed file its mode and its time. */
  void settle(Set<PosixFilePermission> permissions, FileTime modified) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(path, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    view.setTimes(modified, null, null);
    Files.setPosixFilePermissions(path, permissions);
  }
}
