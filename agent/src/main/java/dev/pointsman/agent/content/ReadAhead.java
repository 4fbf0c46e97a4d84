package dev.pointsman.agent.content;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Reads a stream on a virtual thread of its own, a few buffers ahead: one core decompresses while
 * another writes, and the decompressor is always asked for much at once. Bytes come in their order,
 * and a failure after all that came before it.
 *
 * <p>The source belongs to that thread until {@link #close} has returned, which waits for its end
 * and closes the source.
 */
final class ReadAhead extends InputStream {
  /** Buffers that may wait for the reader. */
  static final int WINDOW = 4;

  static final int BUFFER = 64 << 10;

  private final InputStream source;
  private final Thread thread;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Part> filled = new ArrayDeque<>();
  private final ArrayDeque<Part> free = new ArrayDeque<>();
  private int made;
  private boolean ended;
  private boolean closed;
  private @Nullable Throwable failure;

  private @Nullable Part current;

  private static final class Part {
    private final byte[] bytes = new byte[BUFFER];
    private int length;
    private int position;
  }

  /** Begins to read {@code source}. */
  ReadAhead(InputStream source) {
    this.source = source;
    this.thread =
        Thread.ofVirtual().name(Thread.currentThread().getName() + " ahead").start(this::run);
  }

  private void run() {
    try {
      for (Part part = empty(); part != null; part = empty()) {
        if (!fill(part)) {
          break;
        }
      }
      end(null);
    } catch (IOException | RuntimeException | Error e) {
      end(e);
    } catch (InterruptedException _) {
      end(new InterruptedIOException("interrupted while the body was read"));
    }
  }

  /** Fills {@code part} and hands it over; false at the end of the source. */
  private boolean fill(Part part) throws IOException {
    part.length = 0;
    part.position = 0;
    try {
      while (part.length < BUFFER) {
        int count = source.read(part.bytes, part.length, BUFFER - part.length);
        if (count < 0) {
          return false;
        }
        part.length += count;
      }
      return true;
    } finally {
      handOver(part);
    }
  }

  private void handOver(Part part) {
    lock.lock();
    try {
      if (part.length > 0) {
        filled.addLast(part);
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** A part to be filled, once there is one; null when nobody reads any more. */
  private @Nullable Part empty() throws InterruptedException {
    lock.lock();
    try {
      while (!closed && free.isEmpty() && made == WINDOW) {
        changed.await();
      }
      if (closed) {
        return null;
      }
      Part part = free.pollFirst();
      if (part == null) {
        made++;
        part = new Part();
      }
      return part;
    } finally {
      lock.unlock();
    }
  }

  private void end(@Nullable Throwable cause) {
    lock.lock();
    try {
      ended = true;
      failure = cause;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int offset, int length) throws IOException {
    Objects.checkFromIndexSize(offset, length, target.length);
    if (length == 0) {
      return 0;
    }
    Part part = current == null ? next() : current;
    if (part == null) {
      return -1;
    }
    int count = Math.min(length, part.length - part.position);
    System.arraycopy(part.bytes, part.position, target, offset, count);
    part.position += count;
    if (part.position == part.length) {
      giveBack(part);
    }
    return count;
  }

  /** The next part, or null at the end. */
  private @Nullable Part next() throws IOException {
    lock.lock();
    try {
      while (filled.isEmpty() && !ended) {
        changed.await();
      }
      current = filled.pollFirst();
      if (current == null && failure != null) {
        throwFailure(failure);
      }
      return current;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the body was read");
    } finally {
      lock.unlock();
    }
  }

  private static void throwFailure(Throwable failure) throws IOException {
    switch (failure) {
      case IOException e -> throw e;
      case RuntimeException e -> throw e;
      case Error e -> throw e;
      default -> throw new IllegalStateException(failure);
    }
  }

  private void giveBack(Part part) {
    current = null;
    lock.lock();
    try {
      free.addLast(part);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  @Override
  public void close() throws IOException {
    lock.lock();
    try {
      closed = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
    thread.interrupt(); // It may be waiting for a slow sender.
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException _) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    source.close();
  }
}
