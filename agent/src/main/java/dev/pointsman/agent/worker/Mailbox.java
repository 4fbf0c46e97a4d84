package dev.pointsman.agent.worker;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Optional;

/**
 * The events that a supervisor has not dealt with yet. Posting never blocks, whoever does it and
 * whatever locks are held: the reaper posts, and the pool does under its own lock.
 *
 * <p>It is bounded all the same. An event that is waiting already is not taken twice; probe results
 * and vitals, the only ones that come without end and differ, are dropped while it is full, for
 * there is another one soon; of the rest there are only so many about one process.
 */
final class Mailbox {
  static final int LOOKS_AT_MOST = 64;

  private final ArrayDeque<WorkerEvent> waiting = new ArrayDeque<>();

  synchronized void post(WorkerEvent event) {
    if (waiting.contains(event) || (isLook(event) && waiting.size() >= LOOKS_AT_MOST)) {
      return;
    }
    waiting.addLast(event);
    notifyAll();
  }

  /** The oldest event; blocks until there is one. */
  synchronized WorkerEvent take() throws InterruptedException {
    while (waiting.isEmpty()) {
      wait();
    }
    return waiting.removeFirst();
  }

  /** The oldest event; empty where there is none within {@code limit}. */
  synchronized Optional<WorkerEvent> poll(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (waiting.isEmpty()) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return Optional.empty();
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
    return Optional.of(waiting.removeFirst());
  }

  synchronized int size() {
    return waiting.size();
  }

  private static boolean isLook(WorkerEvent event) {
    return switch (event) {
      case WorkerEvent.ProbePassed _,
          WorkerEvent.ProbeFailed _,
          WorkerEvent.Vitals _,
          WorkerEvent.MoreTime _ ->
          true;
      case WorkerEvent.BecameReady _,
          WorkerEvent.Accepting _,
          WorkerEvent.Drained _,
          WorkerEvent.Hung _,
          WorkerEvent.Recovered _,
          WorkerEvent.Exited _,
          WorkerEvent.SpawnFailed _,
          WorkerEvent.DrainRequested _,
          WorkerEvent.StopRequested _,
          WorkerEvent.TimerFired _ ->
          false;
    };
  }
}
