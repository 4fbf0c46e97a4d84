package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.lang.foreign.Arena;

/** An eventfd: wakes a thread that waits in {@link Poll}. Waking may happen from any thread. */
public final class Wakeup implements AutoCloseable {
  private static final int EFD_NONBLOCK = 0x800;

  private static final CFunction EVENTFD = CFunction.returningInt("eventfd", JAVA_INT, JAVA_INT);
  private static final CFunction READ =
      CFunction.returning(JAVA_LONG, "read", JAVA_INT, ADDRESS, JAVA_LONG);
  private static final CFunction WRITE =
      CFunction.returning(JAVA_LONG, "write", JAVA_INT, ADDRESS, JAVA_LONG);

  private final int descriptor;
  private boolean closed;

  /** A new one, not signalled. */
  public Wakeup() throws LinuxException {
    this.descriptor = (int) EVENTFD.call(0, Descriptors.O_CLOEXEC | EFD_NONBLOCK);
  }

  /** What to wait for, readable after {@link #wake}. */
  public int descriptor() {
    return descriptor;
  }

  /** Ends the present or the next wait. After {@link #close} this does nothing. */
  public synchronized void wake() throws LinuxException {
    if (!closed) {
      transfer(WRITE, 1);
    }
  }

  /** Forgets earlier wakes. */
  public synchronized void clear() throws LinuxException {
    if (!closed) {
      transfer(READ, 0);
    }
  }

  @Override
  public synchronized void close() throws LinuxException {
    if (!closed) {
      closed = true;
      Descriptors.close(descriptor);
    }
  }

  private void transfer(CFunction function, long value) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      function.call(descriptor, arena.allocateFrom(JAVA_LONG, value), (long) Long.BYTES);
    } catch (LinuxException e) {
      // Reading: nothing to forget. Writing: the counter is full, so it is readable already.
      if (!e.is(Errno.EAGAIN)) {
        throw e;
      }
    }
  }
}
