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
 * Syncs every file and every directory by itself, several at a time, because file systems bring
 * what waits together to the disk together. Leaves the rest of the file system alone, and costs
 * more device flushes than syncing all at once. Any thread.
 */
public final class FsyncDurability implements Durability {
  @Override
  public void barrier(Path directory) throws IOException {
    try (ParallelSync files = new ParallelSync()) {
      Files.walkFileTree(directory, new Walk(files, true, false));
      files.await();
    }
    barrierOfNames(directory);
  }

  @Override
  public void barrier(Path directory, Iterable<Path> written) throws IOException {
    try (ParallelSync files = new ParallelSync()) {
      for (Path file : written) {
        files.add(file);
      }
      files.await();
    }
    barrierOfNames(directory);
  }

  private static void barrierOfNames(Path directory) throws IOException {
    try (ParallelSync directories = new ParallelSync()) {
      Files.walkFileTree(directory, new Walk(directories, false, true));
      directories.await();
    }
    Path parent = directory.getParent();
    if (parent != null) {
      sync(parent);
    }
  }

  @Override
  public void syncDirectory(Path directory) throws IOException {
    sync(directory);
  }

  static void sync(Path path) throws IOException {
    try (FileChannel channel =
        FileChannel.open(path, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      channel.force(true);
    } catch (IOException e) {
      throw new IOException("cannot sync " + path + ": " + e.getMessage(), e);
    }
  }

  /** Finds what is to be synced; links have no content of their own, their directory has them. */
  private static final class Walk extends SimpleFileVisitor<Path> {
    private final ParallelSync sync;
    private final boolean files;
    private final boolean directories;

    Walk(ParallelSync sync, boolean files, boolean directories) {
      this.sync = sync;
      this.files = files;
      this.directories = directories;
    }

    @Override
    public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
      if (files && attributes.isRegularFile()) {
        sync.add(file);
      }
      return FileVisitResult.CONTINUE;
    }

    @Override
    public FileVisitResult postVisitDirectory(Path directory, @Nullable IOException error)
        throws IOException {
      if (error != null) {
        throw error;
      }
      if (directories) {
        sync.add(directory);
      }
      return FileVisitResult.CONTINUE;
    }
  }
}
