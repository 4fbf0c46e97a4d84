package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.file.Files;
import java.nio.file.Path;

/** File descriptors as plain numbers. Whoever holds a number closes it, once. */
public final class Descriptors {
  static final int O_CLOEXEC = 0x80000;

  private static final int F_GETFD = 1;
  private static final int F_SETFD = 2;
  private static final int F_GETFL = 3;
  private static final int F_SETFL = 4;
  private static final int F_DUPFD_CLOEXEC = 1030;
  private static final int O_NONBLOCK = 0x800;
  private static final int FD_CLOEXEC = 1;

  private static final CFunction CLOSE = CFunction.returningInt("close", JAVA_INT);
  private static final CFunction FCNTL =
      CFunction.returningInt("fcntl", JAVA_INT, JAVA_INT, JAVA_INT).variadicAfter(2);
  private static final CFunction OPEN =
      CFunction.returningInt("open", ADDRESS, JAVA_INT, JAVA_INT).variadicAfter(2);

  private Descriptors() {}

  /** Closes. After an interruption the descriptor is closed nevertheless, so that is no error. */
  public static void close(int descriptor) throws LinuxException {
    try {
      CLOSE.callOnce(descriptor);
    } catch (LinuxException e) {
      if (!e.is(Errno.EINTR)) {
        throw e;
      }
    }
  }

  /** Another descriptor for the same thing, not below {@code lowest}, closed on exec. */
  public static int duplicate(int descriptor, int lowest) throws LinuxException {
    return (int) FCNTL.call(descriptor, F_DUPFD_CLOEXEC, lowest);
  }

  /** Decides whether the descriptor is closed when this process becomes another program. */
  public static void setCloseOnExec(int descriptor, boolean close) throws LinuxException {
    FCNTL.call(descriptor, F_SETFD, close ? FD_CLOEXEC : 0);
  }

  /** Whether the descriptor is closed when this process becomes another program. */
  public static boolean isCloseOnExec(int descriptor) throws LinuxException {
    return (FCNTL.call(descriptor, F_GETFD, 0) & FD_CLOEXEC) != 0;
  }

  /**
   * Sees to it that no call on it waits. It counts for whoever else holds the same open file or
   * socket, and is never taken back: they may rely on it by then.
   */
  public static void setNonBlocking(int descriptor) throws LinuxException {
    int flags = (int) FCNTL.call(descriptor, F_GETFL, 0);
    FCNTL.call(descriptor, F_SETFL, flags | O_NONBLOCK);
  }

  /** What the descriptor refers to, as the kernel names it: a path, or {@code socket:[INODE]}. */
  public static String target(int descriptor) throws IOException {
    return Files.readSymbolicLink(Path.of("/proc/self/fd/" + descriptor)).toString();
  }

  /** Opens a file or directory with {@code open(2)} flags; never passed on to a child. */
  static int open(Path path, int flags) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      return (int) OPEN.call(arena.allocateFrom(path.toString()), flags | O_CLOEXEC, 0);
    }
  }
}
