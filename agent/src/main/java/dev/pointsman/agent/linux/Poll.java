package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.List;

/** Waits until descriptors have something to say. Blocks the platform thread. */
public final class Poll {
  /** There is something to read; for a pidfd: the process has ended. */
  public static final int IN = 0x1;

  /** There is room to write. */
  public static final int OUT = 0x4;

  /** The other side is gone; for a pidfd: the process has been reaped (newer kernels). */
  public static final int HANGUP = 0x10;

  private static final long POLLFD_SIZE = 8; // int fd, short events, short revents
  private static final long EVENTS = 4;
  private static final long RETURNED = 6;

  private static final CFunction POLL =
      CFunction.returningInt("poll", ADDRESS, JAVA_LONG, JAVA_INT);

  private Poll() {}

  /** A descriptor and the events that end the wait; {@link #HANGUP} and errors always do. */
  public record Interest(int descriptor, int events) {}

  /**
   * Waits for at most {@code timeoutMillis} (-1: without end) and returns the events of each
   * interest, in order; all zero after a timeout or an interruption by a signal.
   */
  public static int[] await(List<Interest> interests, int timeoutMillis) throws LinuxException {
    int[] returned = new int[interests.size()];
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment array = arena.allocate(POLLFD_SIZE * Math.max(1, interests.size()), 4);
      for (int i = 0; i < returned.length; i++) {
        array.set(JAVA_INT, i * POLLFD_SIZE, interests.get(i).descriptor());
        array.set(JAVA_SHORT, i * POLLFD_SIZE + EVENTS, (short) interests.get(i).events());
      }
      POLL.callOnce(array, (long) returned.length, timeoutMillis);
      for (int i = 0; i < returned.length; i++) {
        returned[i] = array.get(JAVA_SHORT, i * POLLFD_SIZE + RETURNED) & 0xFFFF;
      }
    } catch (LinuxException e) {
      if (!e.is(Errno.EINTR)) {
        throw e;
      }
    }
    return returned;
  }

  /** Whether there is something to read now, or within {@code timeoutMillis}. */
  public static boolean isReadable(int descriptor, int timeoutMillis) throws LinuxException {
    return (await(List.of(new Interest(descriptor, IN)), timeoutMillis)[0] & IN) != 0;
  }
}
