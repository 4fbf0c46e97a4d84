package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Random;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class SteadyClockTest {
  private static final Instant START = Instant.parse("2026-11-22T20:00:00Z");

  private final AtomicLong counter = new AtomicLong(77);
  private final SteadyClock clock = new SteadyClock(() -> START, counter::get);

  private void pass(Duration time) {
    counter.addAndGet(time.toNanos());
  }

  private Duration sinceStart() {
    return Duration.between(START, clock.instant());
  }

  @Test
  void goesOnFromItsStartWhateverTheHostsClockIsSetTo() {
    AtomicReference<Instant> host = new AtomicReference<>(START);
    InstantSource steady = new SteadyClock(host::get, System::nanoTime);

    host.set(START.plus(Duration.ofDays(1)));
    Instant first = steady.instant();
    host.set(START.minus(Duration.ofDays(1)));
    Instant second = steady.instant();

    assertThat(first).isBetween(START, START.plus(Duration.ofHours(1)));
    assertThat(second).isAfterOrEqualTo(first).isBefore(START.plus(Duration.ofHours(1)));
  }

  @Test
  void countsAllTimeWhileItBeats() {
    for (int i = 0; i < 4_000; i++) {
      pass(SteadyClock.BEAT);
      clock.beat();
    }
    assertThat(sinceStart()).isEqualTo(Duration.ofSeconds(1_000));
    assertThat(clock.discounted()).isZero();
  }

  @Test
  void whoAsksFirstAfterAStandstillIsNotToldOfIt() {
    pass(SteadyClock.BEAT);
    clock.beat();
    pass(Duration.ofSeconds(20));
    assertThat(sinceStart()).isEqualTo(SteadyClock.BEAT.multipliedBy(2));
    assertThat(clock.discounted()).isEqualTo(Duration.ofSeconds(20).minus(SteadyClock.BEAT));
    pass(Duration.ofMillis(100));
    assertThat(sinceStart()).isEqualTo(Duration.ofMillis(600));
  }

  @Test
  void neitherIsWhoAsksAfterTheNextBeat() {
    pass(Duration.ofHours(3));
    clock.beat();
    assertThat(sinceStart()).isEqualTo(SteadyClock.BEAT);
  }

  @Test
  void aLateBeatIsNoStandstill() {
    pass(SteadyClock.OVERDUE);
    clock.beat();
    assertThat(sinceStart()).isEqualTo(SteadyClock.OVERDUE);
  }

  @Test
  void neverGoesBack() {
    long seed = System.nanoTime();
    Random random = new Random(seed);
    Instant before = clock.instant();
    for (int i = 0; i < 5_000; i++) {
      pass(
          Duration.ofMillis(
              random.nextInt(10) == 0 ? random.nextInt(60_000) : random.nextInt(300)));
      if (random.nextBoolean()) {
        clock.beat();
      }
      Instant now = clock.instant();
      assertThat(now).as("seed %d, step %d", seed, i).isAfterOrEqualTo(before);
      before = now;
    }
  }

  @Test
  void beatsByItselfUntilItIsClosed() throws Exception {
    try (SteadyClock real = SteadyClock.beating(InstantSource.system())) {
      Instant first = real.instant();
      long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
      while (Duration.between(first, real.instant()).compareTo(SteadyClock.OVERDUE.multipliedBy(2))
          < 0) {
        assertThat(System.nanoTime()).as("the clock goes on").isLessThan(deadline);
        Thread.onSpinWait();
      }
    }
  }
}
