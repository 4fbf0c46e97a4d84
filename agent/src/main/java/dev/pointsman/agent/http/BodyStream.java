package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import io.vertx.core.Context;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.streams.ReadStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.util.ArrayDeque;
import java.util.Objects;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * A body that arrives on an event loop, read as a stream by one virtual thread.
 *
 * <p>At most {@link #WINDOW} buffers are on their way to the reader; the source is asked for the
 * next when the reader took one, so the sender is slowed down to the reader's pace and memory stays
 * flat. Nothing is asked for before the first read.
 */
public final class BodyStream extends InputStream {
  /** Buffers that may wait for the reader. */
  static final int WINDOW = 4;

  private final Context context;
  private final ReadStream<Buffer> source;
  private final @Nullable Pace pace;
  private final Runnable beforeFirst;

  private final ReentrantLock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final ArrayDeque<Buffer> waiting = new ArrayDeque<>();
  private boolean asked;
  private boolean ended;
  private boolean closed;
  private @Nullable IOException failure;
  private long received;
  private long behind;
  private long mostBehind;

  private @Nullable Buffer current;
  private int position;

  /**
   * Takes over the paused {@code source}; called on its event loop.
   *
   * @param pace how slow the sender may be; null: as slow as it likes
   * @param beforeFirst runs on the event loop once, before anything is asked for
   */
  public BodyStream(
      Context context, ReadStream<Buffer> source, @Nullable Pace pace, Runnable beforeFirst) {
    this.context = context;
    this.source = source;
    this.pace = pace;
    this.beforeFirst = beforeFirst;
    source.handler(this::arrived);
    source.endHandler(_ -> ended());
  }

  private void arrived(Buffer buffer) {
    lock.lock();
    try {
      received += buffer.length();
      if (closed || failure != null) {
        return;
      }
      waiting.addLast(buffer);
      behind += buffer.length();
      mostBehind = Math.max(mostBehind, behind);
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private void ended() {
    lock.lock();
    try {
      ended = true;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  /** The reader gets {@code cause} from now on, unless the body has already ended; any thread. */
  public void fail(IOException cause) {
    lock.lock();
    try {
      if (!ended && failure == null) {
        failure = cause;
        waiting.clear();
        behind = 0;
        changed.signalAll();
      }
    } finally {
      lock.unlock();
    }
  }

  /** What came is worth nothing, because of {@code cause}; said by the reader itself. */
  void spoil(IOException cause) {
    lock.lock();
    try {
      failure = cause;
    } finally {
      lock.unlock();
    }
  }

  /** What the reader got or would get, if the body broke. */
  @Nullable IOException failure() {
    lock.lock();
    try {
      return failure;
    } finally {
      lock.unlock();
    }
  }

  /** Bytes that came so far. */
  long received() {
    lock.lock();
    try {
      return received;
    } finally {
      lock.unlock();
    }
  }

  /** The most bytes that ever waited for the reader. */
  long mostBehind() {
    lock.lock();
    try {
      return mostBehind;
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
    Buffer buffer = current;
    if (buffer == null) {
      buffer = next();
      if (buffer == null) {
        return -1;
      }
      current = buffer;
      position = 0;
    }
    int count = Math.min(length, buffer.length() - position);
    buffer.getBytes(position, position + count, target, offset);
    position += count;
    if (position == buffer.length()) {
      current = null;
    }
    return count;
  }

  /** The next buffer that is not empty, or null at the end. */
  private @Nullable Buffer next() throws IOException {
    lock.lock();
    try {
      ask();
      while (true) {
        if (closed) {
          throw new IOException("the body was closed");
        }
        if (failure != null) {
          throw failure;
        }
        Buffer buffer = waiting.pollFirst();
        if (buffer != null) {
          behind -= buffer.length();
          context.runOnContext(_ -> source.fetch(1));
          if (buffer.length() > 0) {
            return buffer;
          }
        } else if (ended) {
          return null;
        } else {
          await();
        }
      }
    } finally {
      lock.unlock();
    }
  }

  private void ask() {
    if (!asked) {
      asked = true;
      context.runOnContext(_ -> {
        beforeFirst.run();
        source.fetch(WINDOW);
      });
    }
  }

  /** Waits for a change, as long as the pace allows; the lock is held. */
  private void await() throws IOException {
    try {
      long before = received;
      long since = pace == null ? 0 : pace.now();
      long left = pace == null ? Long.MAX_VALUE : pace.patience();
      while (received == before && !ended && !closed && failure == null && left > 0) {
        left = changed.awaitNanos(left);
      }
      boolean slow = pace != null && !pace.waited(since, received - before);
      if (slow && !ended && failure == null) {
        failure =
            new BrokenBody(
                ErrorCode.HTTP_SLOW,
                "the body came too slowly, " + received + " bytes so far: " + pace);
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while the body was read");
    }
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closed = true;
      waiting.clear();
      behind = 0;
      current = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }
}
