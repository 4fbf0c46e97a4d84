package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.file.Path;

/** What Java's file API leaves out about file systems. */
public final class FileSystems {
  private static final int O_RDONLY = 0;

  // struct statvfs of glibc, 64 bit: bsize, frsize, blocks, bfree, bavail, files, ffree, favail.
  private static final long STATVFS_SIZE = 256;
  private static final long STATVFS_FILES = 40;
  private static final long STATVFS_FREE_FILES = 56;

  // struct statfs, 64 bit; the type comes first.
  private static final long STATFS_SIZE = 128;
  private static final long STATFS_TYPE = 0;

  private static final CFunction STATFS = CFunction.returningInt("statfs", ADDRESS, ADDRESS);
  private static final CFunction SYNCFS = CFunction.returningInt("syncfs", JAVA_INT);
  private static final CFunction STATVFS = CFunction.returningInt("statvfs", ADDRESS, ADDRESS);
  private static final CFunction LINK = CFunction.returningInt("link", ADDRESS, ADDRESS);

  private FileSystems() {}

  /**
   * Gives the file {@code existing} another name, {@code link}. The JDK does so, too, but tells the
   * reason of a failure by a text only.
   */
  public static void link(Path existing, Path link) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      LINK.call(arena.allocateFrom(existing.toString()), arena.allocateFrom(link.toString()));
    }
  }

  /**
   * Writes everything of the file system that holds {@code path} to disk. Blocks, possibly long.
   */
  public static void sync(Path path) throws IOException {
    int descriptor = open("sync the file system of", path, O_RDONLY);
    try {
      SYNCFS.call(descriptor);
    } catch (LinuxException e) {
      throw new IOException("cannot sync the file system of " + path + ": " + e.getMessage(), e);
    } finally {
      Descriptors.close(descriptor);
    }
  }

  /** The number of the kind of file system that holds {@code path}; see {@link FileSystemType}. */
  public static long magic(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statfs = arena.allocate(STATFS_SIZE, Long.BYTES);
      STATFS.call(arena.allocateFrom(path.toString()), statfs);
      return statfs.get(JAVA_LONG, STATFS_TYPE) & 0xFFFF_FFFFL;
    } catch (LinuxException e) {
      throw new IOException("cannot ask the file system of " + path + ": " + e.getMessage(), e);
    }
  }

  /**
   * Inodes left for this user on the file system of {@code path}; {@link Long#MAX_VALUE} where it
   * does not count them (btrfs).
   */
  public static long freeInodes(Path path) throws IOException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment statvfs = statvfs(arena, path);
      return statvfs.get(JAVA_LONG, STATVFS_FILES) == 0
          ? Long.MAX_VALUE
          : statvfs.get(JAVA_LONG, STATVFS_FREE_FILES);
    }
  }

  private static MemorySegment statvfs(Arena arena, Path path) throws IOException {
    MemorySegment statvfs = arena.allocate(STATVFS_SIZE, Long.BYTES);
    try {
      STATVFS.call(arena.allocateFrom(path.toString()), statvfs);
    } catch (LinuxException e) {
      throw new IOException("cannot ask the file system of " + path + ": " + e.getMessage(), e);
    }
    return statvfs;
  }

  private static int open(String purpose, Path path, int flags) throws IOException {
    try {
      return Descriptors.open(path, flags);
    } catch (LinuxException e) {
      throw new IOException("cannot " + purpose + " " + path + ": " + e.getMessage(), e);
    }
  }
}
