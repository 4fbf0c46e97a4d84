package dev.pointsman.agent;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The time as it was when this clock was made, and what has passed since by a counter that nobody
 * sets, without the time in which the agent could not look: deadlines hold though the host's clock
 * is set forward or back, and nobody is condemned for what the agent did not see while it was
 * stopped, or its host was.
 *
 * <p>A thread beats every quarter of a second. Where neither the beat nor anybody who asks for the
 * time was there for a second longer, nothing of the agent can have run in between, and what is
 * beyond a beat is not counted.
 */
final class SteadyClock implements InstantSource, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SteadyClock.class);
  static final Duration BEAT = Duration.ofMillis(250);
  static final Duration OVERDUE = Duration.ofMillis(1_250);

  private final Instant start;
  private final LongSupplier counter;
  private final long counterAtStart;
  private @Nullable Thread thread;
  private long lastSeen;
  private long discounted;

  SteadyClock(InstantSource clock, LongSupplier counter) {
    this.start = clock.instant();
    this.counter = counter;
    this.counterAtStart = counter.getAsLong();
    this.lastSeen = counterAtStart;
  }

  /** A clock that beats on a thread of its own until it is closed. */
  static SteadyClock beating(InstantSource clock) {
    SteadyClock steady = new SteadyClock(clock, System::nanoTime);
    steady.thread = Thread.ofPlatform().daemon().name("steady-clock").start(steady::beatForEver);
    return steady;
  }

  private void beatForEver() {
    try {
      while (true) {
        Thread.sleep(BEAT);
        beat();
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  @Override
  public void close() {
    Thread beating = thread;
    if (beating != null) {
      beating.interrupt();
    }
  }

  synchronized void beat() {
    observe();
  }

  /** How long the agent could not look so far. */
  synchronized Duration discounted() {
    observe();
    return Duration.ofNanos(discounted);
  }

  @Override
  public synchronized Instant instant() {
    long now = observe();
    return start.plusNanos(now - counterAtStart - discounted);
  }

  /** Somebody runs now, so what is too long ago was a standstill. */
  private long observe() {
    long now = counter.getAsLong();
    long since = now - lastSeen;
    lastSeen = now;
    if (since > OVERDUE.toNanos()) {
      long missed = since - BEAT.toNanos();
      discounted += missed;
      LOG.warn(
          "The agent stood still, or its host did: workers are given that time. missed_ms={}",
          missed / 1_000_000);
    }
    return now;
  }
}
