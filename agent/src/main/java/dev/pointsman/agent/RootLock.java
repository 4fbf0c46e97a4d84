package dev.pointsman.agent;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/**
 * One agent per directory, {@code root} and {@code run}: a lock on {@code LOCK}, which the kernel
 * releases with the process.
 */
record RootLock(FileChannel channel) implements AutoCloseable {
  private static final FileAttribute<?> PRIVATE =
      PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

  /** Takes the lock, or says that another agent has it. */
  static RootLock take(Path directory) throws IOException {
    Path file = directory.resolve("LOCK");
    FileChannel channel =
        FileChannel.open(
            file, Set.of(StandardOpenOption.CREATE, StandardOpenOption.WRITE), PRIVATE);
    try {
      FileLock lock = channel.tryLock();
      if (lock != null) {
        return new RootLock(channel);
      }
    } catch (OverlappingFileLockException e) {
      // This very process has it: refused like any other.
    } catch (IOException e) {
      channel.close();
      throw e;
    }
    channel.close();
    throw new IOException(
        "another agent runs on "
            + directory
            + " (it holds "
            + file
            + "): stop it first, or give this one a root and a run directory of its own");
  }

  @Override
  public void close() throws IOException {
    channel.close();
  }
}
