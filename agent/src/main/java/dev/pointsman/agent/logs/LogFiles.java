package dev.pointsman.agent.logs;

import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** Steps that logs are made of. Files are the agent's own, and its group may read them. */
final class LogFiles {
  private static final FileAttribute<Set<PosixFilePermission>> MODE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-r-----"));
  private static final Set<StandardOpenOption> MAKE =
      Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);

  private LogFiles() {}

  /** Makes an empty file, which must not be there yet. */
  static void make(Path file) throws IOException {
    Files.createFile(file, MODE);
  }

  /** Makes a file of {@code size} bytes that are not there: it takes no room. */
  static void hole(Path file, long size) throws IOException {
    make(file);
    try (RandomAccessFile hole = new RandomAccessFile(file.toFile(), "rw")) {
      hole.setLength(size); // One byte would take a block, and on a full disk there is none.
    }
  }

  /** Copies {@code bytes} bytes from {@code from} on to a new file; none is left if that fails. */
  static void copy(Path source, long from, long bytes, Path to) throws IOException {
    try (FileChannel in = FileChannel.open(source, StandardOpenOption.READ);
        FileChannel out = FileChannel.open(to, MAKE, MODE)) {
      long done = 0;
      while (done < bytes) {
        long moved = in.transferTo(from + done, bytes - done, out);
        if (moved <= 0) {
          throw new IOException(source + " became shorter while it was read");
        }
        done += moved;
      }
    } catch (IOException e) {
      Files.deleteIfExists(to);
      throw e;
    }
  }

  static void rename(Path from, Path to) throws IOException {
    Files.move(from, to, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  /** Fills {@code buffer} from {@code from} on, as far as the file goes. */
  static void read(Path file, long from, ByteBuffer buffer) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long at = from;
      int count;
      while (buffer.hasRemaining() && (count = channel.read(buffer, at)) >= 0) {
        at += count;
      }
    }
  }
}
