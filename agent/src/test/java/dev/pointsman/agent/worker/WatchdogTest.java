package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WatchdogTest {
  private static final Incarnation WHO = new Incarnation(1, 1, 1);
  private static final Duration SECOND = Duration.ofSeconds(1);

  private final List<WorkerEvent> told = new ArrayList<>();
  private final Watchdog watchdog = new Watchdog(WHO, Duration.ofSeconds(10), told::add);

  private void seconds(int count) {
    for (int i = 0; i < count; i++) {
      watchdog.pass(SECOND, SECOND);
    }
  }

  @Test
  void isQuietAsLongAsTheWorkerIsNot() {
    for (int i = 0; i < 20; i++) {
      seconds(9);
      watchdog.beat();
    }
    assertThat(told).isEmpty();
  }

  @Test
  void saysOnceThatTheWorkerIsSilentAndThatItIsBack() {
    seconds(30);
    assertThat(told)
        .containsExactly(new WorkerEvent.Hung(WHO, "The worker has not sent WATCHDOG=1 for 10s."));
    watchdog.beat();
    watchdog.beat();
    assertThat(told).hasSize(2).last().isEqualTo(new WorkerEvent.Recovered(WHO));
  }

  /** A suspended machine, or a stopped agent: what the worker sent meanwhile is not read yet. */
  @Test
  void timeInWhichTheAgentStoodStillDoesNotCount() {
    seconds(5);
    watchdog.pass(Duration.ofHours(8), SECOND);
    assertThat(told).isEmpty();
    seconds(5);
    assertThat(told).hasSize(1);
  }

  @Test
  void theWorkerMayAskForAnotherInterval() {
    watchdog.every(Duration.ofSeconds(2));
    seconds(3);
    assertThat(told).hasSize(1);
  }

  @Test
  void anIntervalIsNeverShorterThanATenthOfASecond() {
    watchdog.every(Duration.ofNanos(1));
    watchdog.pass(Duration.ofMillis(90), Duration.ofMillis(90));
    assertThat(told).isEmpty();
  }

  @Test
  void theWorkerMayCallItselfHung() {
    watchdog.trigger();
    assertThat(told)
        .containsExactly(
            new WorkerEvent.Hung(
                WHO, "The worker asked to be taken for hung: it sent WATCHDOG=trigger."));
  }

  @Test
  void withoutAnIntervalItWaitsForEver() {
    List<WorkerEvent> none = new ArrayList<>();
    Watchdog idle = new Watchdog(WHO, Duration.ZERO, none::add);
    for (int i = 0; i < 10_000; i++) {
      idle.pass(SECOND, SECOND);
    }
    assertThat(none).isEmpty();
  }

  @Test
  void countsByItselfOnceBegun() throws Exception {
    List<WorkerEvent> events = new CopyOnWriteArrayList<>();
    try (Watchdog real = new Watchdog(WHO, Duration.ofMillis(200), events::add)) {
      real.begin();
      real.begin();
      Await.until("a hung worker", () -> !events.isEmpty());
    }
  }
}
