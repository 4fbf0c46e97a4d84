package dev.pointsman.agent;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.Deque;

/**
 * What was started, to be stopped in the reverse order; all failures are collected and thrown once.
 */
final class Unwinding {
  private record Started(String what, AutoCloseable stop) {}

  private final Deque<Started> started = new ArrayDeque<>();

  /** Notes that {@code stop} ends {@code what}. */
  <T extends AutoCloseable> T later(String what, T stop) {
    started.push(new Started(what, stop));
    return stop;
  }

  /** Stops everything. */
  void unwind() throws IOException {
    IOException failure = null;
    while (!started.isEmpty()) {
      Started next = started.pop();
      try {
        next.stop().close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      } catch (Exception e) {
        IOException stuck =
            new IOException("cannot stop " + next.what() + ": " + e.getMessage(), e);
        if (failure == null) {
          failure = stuck;
        } else {
          failure.addSuppressed(stuck);
        }
      }
    }
    if (failure != null) {
      throw failure;
    }
  }

  /** Stops everything because of {@code cause}, which keeps what fails meanwhile. */
  void unwindBecauseOf(Throwable cause) {
    try {
      unwind();
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }
}
