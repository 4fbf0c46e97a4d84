package dev.pointsman.agent.worker;

import java.time.Duration;
import java.util.function.Consumer;

/**
 * Waits for the signs of life that a worker promised ({@code WATCHDOG=1}), and says when they stay
 * away. Time in which the agent itself stood still does not count: what the worker said meanwhile
 * is still waiting to be read.
 */
final class Watchdog implements AutoCloseable {
  private static final Duration LONGEST_SLICE = Duration.ofSeconds(1);
  private static final Duration SHORTEST_INTERVAL = Duration.ofMillis(100);
  private static final int SLICES = 8;

  private final Incarnation who;
  private final Consumer<WorkerEvent> events;
  private final Thread thread;
  private Duration interval;
  private Duration silence = Duration.ZERO;
  private boolean hung;
  private boolean begun;

  /** {@code interval}: how long it may be silent; zero for ever, until it asks for another. */
  Watchdog(Incarnation who, Duration interval, Consumer<WorkerEvent> events) {
    this.who = who;
    this.interval = interval;
    this.events = events;
    this.thread = Thread.ofVirtual().name("watchdog-" + who).unstarted(this::run);
  }

  /** Begins to count, if it has not yet. */
  synchronized void begin() {
    if (!begun) {
      begun = true;
      thread.start();
    }
  }

  /** It lives. */
  synchronized void beat() {
    silence = Duration.ZERO;
    if (hung) {
      hung = false;
      events.accept(new WorkerEvent.Recovered(who));
    }
  }

  /** It says itself that it does not. */
  synchronized void trigger() {
    hang("The worker asked to be taken for hung: it sent WATCHDOG=trigger.");
  }

  /** It asks for another interval; a sign of life as well. */
  synchronized void every(Duration asked) {
    interval = asked.compareTo(SHORTEST_INTERVAL) < 0 ? SHORTEST_INTERVAL : asked;
    beat();
  }

  @Override
  public synchronized void close() {
    begun = true;
    thread.interrupt();
  }

  /** So long to wait before {@link #pass} is due. */
  synchronized Duration slice() {
    Duration part = interval.dividedBy(SLICES);
    return interval.isZero() || part.compareTo(LONGEST_SLICE) > 0 ? LONGEST_SLICE : part;
  }

  /** {@code elapsed} has passed where {@code slice} was to be waited. */
  synchronized void pass(Duration elapsed, Duration slice) {
    Duration most = slice.multipliedBy(2);
    silence = silence.plus(elapsed.compareTo(most) > 0 ? most : elapsed);
    if (!interval.isZero() && silence.compareTo(interval) > 0) {
      hang("The worker has not sent WATCHDOG=1 for " + Durations.words(interval) + ".");
    }
  }

  private void hang(String why) {
    if (!hung) {
      hung = true;
      events.accept(new WorkerEvent.Hung(who, why));
    }
  }

  private void run() {
    try {
      while (true) {
        Duration slice = slice();
        long before = System.nanoTime();
        Thread.sleep(slice);
        pass(Duration.ofNanos(System.nanoTime() - before), slice);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }
}
