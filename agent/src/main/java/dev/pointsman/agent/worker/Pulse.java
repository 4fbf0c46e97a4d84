package dev.pointsman.agent.worker;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Feels whether the event loop of a worker turns: asks it for its status again and again, and tells
 * when it has said nothing at all for {@code event_loop_timeout} though it was asked, and when it
 * speaks again. One question is open at a time, so nothing piles up in a worker that does not read.
 */
final class Pulse implements AutoCloseable {
  private static final Duration AT_MOST = Duration.ofSeconds(5);
  private static final Duration AT_LEAST = Duration.ofMillis(50);

  private final Incarnation who;
  private final BooleanSupplier ask;
  private final LongSupplier heard;
  private final Duration limit;
  private final InstantSource clock;
  private final Consumer<WorkerEvent> events;
  private final Thread thread;
  private boolean begun;
  private long heardBefore;
  private @Nullable Instant askedAt;
  private boolean hung;

  /**
   * {@code ask} asks, and says whether anybody could be asked; {@code heard} counts what the worker
   * has said; {@code limit}: zero for never.
   */
  Pulse(
      Incarnation who,
      BooleanSupplier ask,
      LongSupplier heard,
      Duration limit,
      InstantSource clock,
      Consumer<WorkerEvent> events) {
    this.who = who;
    this.ask = ask;
    this.heard = heard;
    this.limit = limit;
    this.clock = clock;
    this.events = events;
    this.thread = Thread.ofVirtual().name("pulse-" + who).unstarted(this::run);
  }

  /** Begins, if it has not yet and is wanted. */
  synchronized void begin() {
    if (!begun && limit.isPositive()) {
      begun = true;
      thread.start();
    }
  }

  @Override
  public synchronized void close() {
    begun = true;
    thread.interrupt();
  }

  private void run() {
    Duration sixth = limit.dividedBy(6);
    Duration pause =
        sixth.compareTo(AT_MOST) > 0 ? AT_MOST : sixth.compareTo(AT_LEAST) < 0 ? AT_LEAST : sixth;
    try {
      while (!Thread.currentThread().isInterrupted()) {
        feel(clock.instant());
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** One look, at {@code now}. */
  void feel(Instant now) {
    long hears = heard.getAsLong();
    if (hears != heardBefore) {
      heardBefore = hears;
      askedAt = null;
      if (hung) {
        hung = false;
        events.accept(new WorkerEvent.Recovered(who));
      }
    }
    if (askedAt == null) {
      askedAt = ask.getAsBoolean() ? now : null;
    } else if (!hung && !now.isBefore(askedAt.plus(limit))) {
      hung = true;
      events.accept(
          new WorkerEvent.Hung(
              who,
              "Its event loop has stood still for "
                  + Durations.words(limit)
                  + " (event_loop_timeout)."));
    }
  }
}
