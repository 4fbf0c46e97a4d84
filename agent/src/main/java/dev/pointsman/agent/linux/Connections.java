package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.util.OptionalInt;

/**
 * Stream connections as descriptors, for one thread that serves many by {@link Poll}: nothing here
 * waits.
 */
public final class Connections {
  /** The other side has ended its half. */
  public static final int END = -1;

  private static final int SOCK_NONBLOCK = 0x800;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int MSG_DONTWAIT = 0x40;
  private static final int MSG_NOSIGNAL = 0x4000;
  private static final int SHUT_WR = 1;

  private static final CFunction ACCEPT4 =
      CFunction.returningInt("accept4", JAVA_INT, ADDRESS, ADDRESS, JAVA_INT);
  private static final CFunction RECV =
      CFunction.returning(JAVA_LONG, "recv", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final CFunction SEND =
      CFunction.returning(JAVA_LONG, "send", JAVA_INT, ADDRESS, JAVA_LONG, JAVA_INT);
  private static final CFunction SHUTDOWN = CFunction.returningInt("shutdown", JAVA_INT, JAVA_INT);

  private Connections() {}

  /**
   * Takes a connection from the queue of {@code listener}, which must not block; empty where there
   * is none (any more).
   */
  public static OptionalInt accept(int listener) throws LinuxException {
    try {
      return OptionalInt.of(
          (int)
              ACCEPT4.call(
                  listener, MemorySegment.NULL, MemorySegment.NULL, SOCK_NONBLOCK | SOCK_CLOEXEC));
    } catch (LinuxException e) {
      if (e.is(Errno.EAGAIN) || e.is(Errno.ECONNABORTED)) {
        return OptionalInt.empty();
      }
      throw e;
    }
  }

  /**
   * Reads into {@code buffer}, a direct one, from its position; the count, 0 where nothing has
   * come, or {@link #END}.
   */
  public static int receive(int connection, ByteBuffer buffer) throws LinuxException {
    try {
      long count =
          RECV.call(
              connection, MemorySegment.ofBuffer(buffer), (long) buffer.remaining(), MSG_DONTWAIT);
      buffer.position(buffer.position() + (int) count);
      return count == 0 ? END : (int) count;
    } catch (LinuxException e) {
      if (e.is(Errno.EAGAIN)) {
        return 0;
      }
      throw e;
    }
  }

  /** Sends what of {@code buffer}, a direct one, can be taken now; its position tells how much. */
  public static void send(int connection, ByteBuffer buffer) throws LinuxException {
    try {
      long count =
          SEND.call(
              connection,
              MemorySegment.ofBuffer(buffer),
              (long) buffer.remaining(),
              MSG_DONTWAIT | MSG_NOSIGNAL);
      buffer.position(buffer.position() + (int) count);
    } catch (LinuxException e) {
      if (!e.is(Errno.EAGAIN)) {
        throw e;
      }
    }
  }

  /** Tells the other side that nothing more comes; it may go on sending. */
  public static void endOutput(int connection) throws LinuxException {
    SHUTDOWN.call(connection, SHUT_WR);
  }
}
