package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.POLICY;
import static dev.pointsman.agent.worker.MachineSamples.T0;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

final class RestartsTest {
  private static final Duration HOUR = Duration.ofHours(1);

  private static Restarts times(int count) {
    Restarts restarts = Restarts.NONE;
    for (int i = 0; i < count; i++) {
      restarts = restarts.plus(T0.plusMillis(i), HOUR, Duration.ZERO);
    }
    return restarts;
  }

  @Test
  void theFirstExitCostsNoDelay() {
    assertThat(times(1).delay(POLICY, 42)).isZero();
  }

  @Test
  void everyDelayIsBetweenHalfAndAllOfItsStep() {
    for (int exits = 2; exits < 60; exits++) {
      long step = Math.min(100L << Math.min(exits - 2, 20), 15_000);
      for (int salt = -1_000; salt < 1_000; salt += 97) {
        long millis = times(exits).delay(POLICY, salt).toMillis();
        assertThat(millis).as("exits=%d salt=%d", exits, salt).isBetween(step / 2, step);
      }
    }
  }

  @Test
  void workersThatFallTogetherAreSpread() {
    Set<Duration> delays = new HashSet<>();
    for (long worker = 1; worker <= 16; worker++) {
      delays.add(times(8).delay(POLICY, new Incarnation(1, worker, 8).hashCode()));
    }
    assertThat(delays).hasSizeGreaterThan(10);
  }

  @Test
  void theSameSaltGivesTheSameDelay() {
    assertThat(times(5).delay(POLICY, 7)).isEqualTo(times(5).delay(POLICY, 7));
  }

  @Test
  void exitsOlderThanTheWindowAreForgottenButCounted() {
    Restarts restarts = times(3).plus(T0.plus(HOUR).plusSeconds(1), HOUR, Duration.ZERO);
    assertThat(restarts.recent()).hasSize(1);
    assertThat(restarts.total()).isEqualTo(4);
  }
}
