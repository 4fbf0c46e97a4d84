package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.nio.file.Path;

/** Ranges of a file that others go on appending to: taken out, or given back to the disk. */
public final class FileRanges {
  private static final int O_RDONLY = 0;
  private static final int O_WRONLY = 1;
  private static final int SEEK_DATA = 3;
  private static final int FALLOC_FL_KEEP_SIZE = 1;
  private static final int FALLOC_FL_PUNCH_HOLE = 2;
  private static final int FALLOC_FL_COLLAPSE_RANGE = 8;
  private static final int ENXIO = 6; // lseek: no data from there on.

  private static final CFunction FALLOCATE =
      CFunction.returningInt("fallocate", JAVA_INT, JAVA_INT, JAVA_LONG, JAVA_LONG);
  private static final CFunction LSEEK =
      CFunction.returning(JAVA_LONG, "lseek", JAVA_INT, JAVA_LONG, JAVA_INT);

  private FileRanges() {}

  /**
   * Takes the first {@code bytes} bytes out of the file, which becomes shorter by them: in whole
   * blocks of the file system, and never all of the file. False where the file system cannot do so
   * (ext4 and XFS can).
   */
  public static boolean collapse(Path file, long bytes) throws IOException {
    return allocate("cut the beginning off", file, FALLOC_FL_COLLAPSE_RANGE, 0, bytes);
  }

  /**
   * Gives {@code bytes} bytes from {@code from} on back to the disk; they read as zeros then, and
   * the size stays. False where the file system cannot do so (NFS before 4.2, FAT).
   */
  public static boolean punch(Path file, long from, long bytes) throws IOException {
    int mode = FALLOC_FL_PUNCH_HOLE | FALLOC_FL_KEEP_SIZE;
    return allocate("give back a part of", file, mode, from, bytes);
  }

  private static boolean allocate(String what, Path file, int mode, long from, long bytes)
      throws IOException {
    try {
      int descriptor = Descriptors.open(file, O_WRONLY);
      try {
        FALLOCATE.call(descriptor, mode, from, bytes);
        return true;
      } finally {
        Descriptors.close(descriptor);
      }
    } catch (LinuxException e) {
      // EINVAL: another allocation unit than the block size, or nothing would be left.
      if (e.is(Errno.EOPNOTSUPP) || e.is(Errno.EINVAL) || e.is(Errno.ENOSYS)) {
        return false;
      }
      throw new IOException("cannot " + what + " " + file + ": " + e.getMessage(), e);
    }
  }

  /** Where the first byte is that was not given back; {@code size} where there is none. */
  public static long firstData(Path file, long size) throws IOException {
    try {
      int descriptor = Descriptors.open(file, O_RDONLY);
      try {
        return LSEEK.call(descriptor, 0L, SEEK_DATA);
      } finally {
        Descriptors.close(descriptor);
      }
    } catch (LinuxException e) {
      if (e.number() == ENXIO) {
        return size;
      }
      throw new IOException("cannot look for the data of " + file + ": " + e.getMessage(), e);
    }
  }
}
