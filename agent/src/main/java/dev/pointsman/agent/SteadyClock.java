package dev.pointsman.agent;

import java.time.Instant;
import java.time.InstantSource;

/**
 * The time as it was when this clock was made, and what has passed since by a counter that nobody
 * sets: deadlines hold though the host's clock is set forward or back. While the host sleeps it
 * stands still.
 */
final class SteadyClock implements InstantSource {
  private final Instant start;
  private final long nanosAtStart = System.nanoTime();

  SteadyClock(InstantSource clock) {
    this.start = clock.instant();
  }

  @Override
  public Instant instant() {
    return start.plusNanos(System.nanoTime() - nanosAtStart);
  }
}
