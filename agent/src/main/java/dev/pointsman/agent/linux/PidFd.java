package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.OptionalInt;

/**
 * A process held by a descriptor: unlike its number, it never comes to mean another process.
 * Readable once the process has ended. The holder keeps calls from racing with {@link #close}.
 */
public final class PidFd implements AutoCloseable {
  // System call numbers since 5.1 are equal on all architectures but alpha.
  private static final long PIDFD_SEND_SIGNAL = 424;
  private static final long PIDFD_OPEN = 434;
  private static final long PIDFD_GETFD = 438;
  private static final long PIDFD_SIGNAL_PROCESS_GROUP = 4; // Since 6.9.

  private static final long INFO_SIZE = 64;
  private static final long PIDFD_GET_INFO = 3L << 30 | INFO_SIZE << 16 | 0xFF << 8 | 11;
  private static final long INFO_EXIT = 8; // Since 6.15; asked for and answered in the mask.
  private static final long INFO_EXIT_CODE = 60;

  /** {@code syscall} does not know its arity: every argument is passed, always. */
  private static final CFunction SYSCALL =
      CFunction.returning(
              JAVA_LONG, "syscall", JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG)
          .variadicAfter(1);

  private static final CFunction IOCTL =
      CFunction.returningInt("ioctl", JAVA_INT, JAVA_LONG, ADDRESS).variadicAfter(2);

  private final int descriptor;

  private PidFd(int descriptor) {
    this.descriptor = descriptor;
  }

  /** Takes hold of the process that has this number now; ESRCH where there is none. */
  public static PidFd open(int pid) throws LinuxException {
    return new PidFd((int) syscall("pidfd_open", PIDFD_OPEN, pid, 0, 0, 0));
  }

  /** For {@link Poll}. */
  public int descriptor() {
    return descriptor;
  }

  /** Whether the process has ended, reaped or not. */
  public boolean hasEnded() throws LinuxException {
    return Poll.isReadable(descriptor, 0);
  }

  /** Sends a signal; ESRCH where the process has ended and was reaped. */
  public void signal(int signal) throws LinuxException {
    syscall("pidfd_send_signal", PIDFD_SEND_SIGNAL, descriptor, signal, 0, 0);
  }

  /**
   * Sends a signal to the group that this process leads or led, even when it is reaped. EINVAL on
   * kernels before 6.9, ESRCH where nobody is left.
   */
  public void signalGroup(int signal) throws LinuxException {
    syscall(
        "pidfd_send_signal", PIDFD_SEND_SIGNAL, descriptor, signal, 0, PIDFD_SIGNAL_PROCESS_GROUP);
  }

  /**
   * A descriptor of our own, closed on exec, for descriptor {@code remote} of the process. EPERM
   * where we may not trace it (another user, or yama's {@code ptrace_scope}).
   */
  public int descriptorOf(int remote) throws LinuxException {
    return (int) syscall("pidfd_getfd", PIDFD_GETFD, descriptor, remote, 0, 0);
  }

  /**
   * The status, as {@code wait(2)} encodes it, of a process that somebody has reaped; empty before
   * that, and on kernels before 6.15.
   */
  public OptionalInt reapedStatus() throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(INFO_SIZE, Long.BYTES);
      info.set(JAVA_LONG, 0, INFO_EXIT);
      IOCTL.call(descriptor, PIDFD_GET_INFO, info);
      return (info.get(JAVA_LONG, 0) & INFO_EXIT) == 0
          ? OptionalInt.empty()
          : OptionalInt.of(info.get(JAVA_INT, INFO_EXIT_CODE));
    } catch (LinuxException e) {
      if (e.is(Errno.ENOTTY) || e.is(Errno.EINVAL) || e.is(Errno.ESRCH)) {
        return OptionalInt.empty();
      }
      throw e;
    }
  }

  @Override
  public void close() throws LinuxException {
    Descriptors.close(descriptor);
  }

  private static long syscall(String name, long number, long a, long b, long c, long d)
      throws LinuxException {
    try {
      return SYSCALL.call(number, a, b, c, d);
    } catch (LinuxException e) {
      throw new LinuxException(name, e.number());
    }
  }
}
