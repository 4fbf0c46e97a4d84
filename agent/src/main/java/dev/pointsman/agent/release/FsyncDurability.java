package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import org.jspecify.annotations.Nullable;

/**
 * Syncs every file and every directory by itself. Leaves the rest of the file system alone, and
 * costs a device flush per file where syncing all at once costs a handful. Any thread.
 */
public final class FsyncDurability implements Durability {
  @Override
  public void barrier(Path directory) throws IOException {
    Files.walkFileTree(directory, new Syncer());
    Path parent = directory.getParent();
    if (parent != null) {
      sync(parent);
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    sync(directory);
  }

  private static void sync(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    } catch (IOException e) {
      throw new IOException("cannot sync " + path + ": " + e.getMessage(), e);
    }
  }

  /** Files on the way down, directories on the way up. */
  private static final class Syncer extends SimpleFileVisitor<Path> {
    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (attributes.isRegularFile()) {
        sync(file); // Links have no content of their own; their directory has them.
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error)
        throws IOException {
      if (error != null) {
        throw error;
      }
      sync(directory);
      return FileVisitResult.CONTINUE;
    }
  }
}
