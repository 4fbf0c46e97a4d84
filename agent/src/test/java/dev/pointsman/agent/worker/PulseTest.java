package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.T0;
import static dev.pointsman.agent.worker.MachineSamples.WHO;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

final class PulseTest {
  private final List<WorkerEvent> events = new ArrayList<>();
  private boolean reachable = true;
  private int asked;
  private long heard;
  private Instant now = T0;
  private final Pulse pulse =
      new Pulse(
          WHO,
          () -> {
            asked += reachable ? 1 : 0;
            return reachable;
          },
          () -> heard,
          Duration.ofSeconds(30),
          () -> now,
          events::add);

  private void after(long seconds) {
    now = now.plusSeconds(seconds);
    pulse.feel(now);
  }

  @Test
  void whoAnswersIsAskedAgainAndNothingIsSaid() {
    for (int i = 0; i < 100; i++) {
      after(5);
      heard++;
    }
    assertThat(asked).isEqualTo(100);
    assertThat(events).isEmpty();
  }

  @Test
  void whoIsSilentIsAskedOnceAndIsHungAfterTheLimitAndOnlyOnce() {
    after(0);
    after(29);
    assertThat(events).isEmpty();
    after(1);
    assertThat(events)
        .containsExactly(
            new WorkerEvent.Hung(
                WHO, "Its event loop has stood still for 30s (event_loop_timeout)."));
    after(3_600);
    assertThat(events).hasSize(1);
    assertThat(asked).as("nothing piles up").isEqualTo(1);
  }

  @Test
  void whoSpeaksAgainHasRecoveredAndMayHangAgain() {
    after(0);
    after(30);
    heard++;
    after(5);
    assertThat(events).hasSize(2).last().isEqualTo(new WorkerEvent.Recovered(WHO));
    after(30);
    assertThat(events).hasSize(3).last().isInstanceOf(WorkerEvent.Hung.class);
  }

  @Test
  void whoCannotBeAskedIsNotCondemned() {
    reachable = false;
    after(0);
    after(3_600);
    assertThat(events).isEmpty();
  }

  @Test
  void zeroMeansNever() {
    Pulse never = new Pulse(WHO, () -> true, () -> 0, Duration.ZERO, () -> now, events::add);
    never.begin();
    never.close();
    assertThat(events).isEmpty();
  }
}
