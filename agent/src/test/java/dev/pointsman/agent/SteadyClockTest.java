package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  @Test
  void goesOnFromItsStartWhateverTheHostsClockIsSetTo() {
    Instant start = Instant.parse("2026-11-22T20:00:00Z");
    AtomicReference<Instant> host = new AtomicReference<>(start);
    InstantSource steady = new SteadyClock(host::get);

    host.set(start.plus(Duration.ofDays(1)));
    Instant first = steady.instant();
    host.set(start.minus(Duration.ofDays(1)));
    Instant second = steady.instant();

    assertThat(first).isBetween(start, start.plus(Duration.ofHours(1)));
    assertThat(second).isAfterOrEqualTo(first).isBefore(start.plus(Duration.ofHours(1)));
  }
}
