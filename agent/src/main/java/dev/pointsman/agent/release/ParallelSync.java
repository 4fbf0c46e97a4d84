package dev.pointsman.agent.release;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;

/**
 * Syncs files or directories on a few platform threads, which a sync would block in any case. The
 * first failure ends it, and nothing is tried twice: the kernel has forgotten what it could not
 * write. Fed by one thread.
 */
final class ParallelSync implements AutoCloseable {
  static final int THREADS = 8;
  private static final int WAITING = 256;
  private static final Path END = Path.of("");

  private final BlockingQueue<Path> queue = new ArrayBlockingQueue<>(WAITING);
  private final AtomicReference<@Nullable Throwable> failure = new AtomicReference<>();
  private final List<Thread> threads = new ArrayList<>();
  private boolean ended;

  /** Syncs {@code path} soon; blocks while too many wait. */
  void add(Path path) throws IOException {
    throwFailure();
    if (threads.size() < THREADS) {
      threads.add(Thread.ofPlatform().name("sync-", threads.size()).start(this::work));
    }
    put(path);
  }

  /** Returns when all that was added is on disk. */
  void await() throws IOException {
    end();
    throwFailure();
  }

  /** Ends the threads; what they are at is finished. */
  @Override
  public void close() throws IOException {
    if (!ended) {
      queue.clear();
      end();
    }
  }

  private void end() throws IOException {
    ended = true;
    for (int i = 0; i < threads.size(); i++) {
      put(END);
    }
    try {
      for (Thread thread : threads) {
        thread.join();
      }
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void work() {
    try {
      for (Path next = queue.take(); !next.equals(END); next = queue.take()) {
        if (failure.get() == null) {
          FsyncDurability.sync(next);
        }
      }
    } catch (Throwable e) {
      failure.compareAndSet(null, e);
      drain();
    }
  }

  /** Makes room for whoever feeds, until the end. */
  private void drain() {
    try {
      for (Path next = queue.take(); !next.equals(END); ) {
        next = queue.take();
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException("nobody interrupts these threads", e);
    }
  }

  private void put(Path path) throws IOException {
    try {
      queue.put(path);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private void throwFailure() throws IOException {
    @Nullable Throwable error = failure.get();
    if (error != null) {
      throw new IOException(error.getMessage(), error);
    }
  }

  private static IOException interrupted(InterruptedException cause) {
    Thread.currentThread().interrupt();
    IOException stopped = new InterruptedIOException("stopped while syncing");
    stopped.initCause(cause);
    return stopped;
  }
}
