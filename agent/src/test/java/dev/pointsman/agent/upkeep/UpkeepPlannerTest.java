package dev.pointsman.agent.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.ExitCause;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class UpkeepPlannerTest {
  private static final Pauses PAUSES =
      new Pauses(Duration.ofSeconds(30), Duration.ofSeconds(60), 12_345);
  private final UpkeepPlanner planner = new UpkeepPlanner(PAUSES);
  private UpkeepHistory history = UpkeepHistory.NONE;
  private Instant now = Instant.parse("2026-01-01T00:00:00Z");

  private static Ailing ailing(int slot, ExitCause why) {
    return new Ailing(slot, why, "It ails.");
  }

  private Decision next(Ailing... ailing) {
    return planner.next(history, List.of(ailing), false, now);
  }

  private void replaced(Ailing worker) {
    assertThat(next(worker)).isEqualTo(new Decision.Replace(worker));
    history = planner.replaced(history, worker, now);
  }

  private void failed(Ailing worker) {
    assertThat(next(worker)).isEqualTo(new Decision.Replace(worker));
    history = planner.failed(history, worker, "it did not listen", now);
  }

  private Duration pause(Ailing worker) {
    return next(worker) instanceof Decision.Wait(_, Instant until)
        ? Duration.between(now, until)
        : Duration.ZERO;
  }

  @Test
  void doesNothingWhereAllAreWell() {
    assertThat(planner.next(history, List.of(), true, now)).isEqualTo(new Decision.Nothing());
  }

  @Test
  void takesTheWorstFirst() {
    Ailing fat = ailing(0, ExitCause.MEMORY);
    Ailing sick = ailing(1, ExitCause.UNHEALTHY);
    Ailing hung = ailing(2, ExitCause.HUNG);
    assertThat(next(fat, sick, hung)).isEqualTo(new Decision.Replace(hung));
    assertThat(next(fat, sick)).isEqualTo(new Decision.Replace(sick));
    assertThat(next(fat)).isEqualTo(new Decision.Replace(fat));
  }

  @Test
  void oneThatWaitsDoesNotKeepAnotherWaiting() {
    Ailing hung = ailing(0, ExitCause.HUNG);
    Ailing sick = ailing(1, ExitCause.UNHEALTHY);
    replaced(hung);
    assertThat(pause(hung)).as("it hangs again").isPositive();
    assertThat(next(hung, sick)).isEqualTo(new Decision.Replace(sick));
    now = now.plus(pause(hung));
    assertThat(next(hung, sick)).isEqualTo(new Decision.Replace(hung));
  }

  @Test
  void whatIsOnlyOldWaitsUntilAllOthersAreWell() {
    Ailing old = ailing(3, ExitCause.LIFETIME);
    assertThat(next(old)).isEqualTo(new Decision.Nothing());
    assertThat(planner.next(history, List.of(old), true, now)).isEqualTo(new Decision.Replace(old));
  }

  @Test
  void anotherSlotFollowsAtOnceWhereReplacingHelped() {
    replaced(ailing(0, ExitCause.UNHEALTHY));
    replaced(ailing(1, ExitCause.UNHEALTHY));
    replaced(ailing(2, ExitCause.UNHEALTHY));
    assertThat(history.replaced()).containsEntry(ExitCause.UNHEALTHY, 3L);
  }

  @Nested
  final class WhereReplacingDoesNotHelp {
    @Test
    void allSlotsWaitLongerAfterEachAttemptThatFailed() {
      Duration before = Duration.ZERO;
      for (int i = 0; i < 6; i++) {
        failed(ailing(i % 3, ExitCause.UNHEALTHY));
        Duration pause = pause(ailing(2 - i % 3, ExitCause.UNHEALTHY));
        assertThat(pause).as("after %d", i + 1).isGreaterThan(before);
        before = pause;
        now = now.plus(pause);
      }
      assertThat(before).isBetween(Duration.ofMinutes(12), Duration.ofMinutes(16));
      failed(ailing(0, ExitCause.UNHEALTHY));
      assertThat(pause(ailing(0, ExitCause.UNHEALTHY)))
          .as("the longest")
          .isBetween(Duration.ofMinutes(12), Duration.ofMinutes(16));
    }

    @Test
    void oneThatComesUpEndsTheRow() {
      failed(ailing(0, ExitCause.UNHEALTHY));
      now = now.plus(pause(ailing(0, ExitCause.UNHEALTHY)));
      replaced(ailing(0, ExitCause.UNHEALTHY));
      assertThat(pause(ailing(1, ExitCause.UNHEALTHY))).isZero();
      assertThat(history.failed()).isEqualTo(1);
    }

    @Test
    void aSlotThatAilsAgainSoonWaitsLongerEachTime() {
      Ailing flapping = ailing(0, ExitCause.UNHEALTHY);
      Duration before = Duration.ZERO;
      for (int i = 0; i < 6; i++) {
        replaced(flapping);
        Duration pause = pause(flapping);
        assertThat(pause).isGreaterThan(before);
        assertThat(pause(ailing(1, ExitCause.UNHEALTHY))).as("another slot").isZero();
        before = pause;
        now = now.plus(pause);
      }
    }

    @Test
    void aSlotThatStaysWellIsForgivenItsPast() {
      Ailing worker = ailing(0, ExitCause.MEMORY);
      replaced(worker);
      now = now.plus(PAUSES.forgetAfter(1)).plusSeconds(1);
      replaced(worker);
      assertThat(pause(worker)).as("as after the first").isEqualTo(PAUSES.after(1));
    }

    @Test
    void whatShowsNoLifeWaitsNoLongerThanTheFirstPause() {
      Ailing hung = ailing(0, ExitCause.HUNG);
      for (int i = 0; i < 10; i++) {
        failed(hung);
        assertThat(pause(hung)).isBetween(Duration.ofSeconds(22), Duration.ofSeconds(30));
        now = now.plus(pause(hung));
      }
    }

    @Test
    void hostsWithTheSameTroubleWaitDifferently() {
      assertThat(new Pauses(PAUSES.first(), PAUSES.window(), 1).after(3))
          .isNotEqualTo(new Pauses(PAUSES.first(), PAUSES.window(), 2).after(3));
    }
  }

  /** An outage of what all workers need, for days: whatever ails and however attempts end. */
  @ParameterizedTest
  @ValueSource(longs = {1, 20260101, 77, 424242})
  void neverStartsMoreThanAFewWorkersAnHour(long seed) {
    Random random = new Random(seed);
    List<Instant> starts = new ArrayList<>();
    Instant end = now.plus(Duration.ofDays(2));
    while (now.isBefore(end)) {
      List<Ailing> all = new ArrayList<>();
      for (int slot = 0; slot < 4; slot++) {
        all.add(ailing(slot, ExitCause.UNHEALTHY));
      }
      if (planner.next(history, all, false, now) instanceof Decision.Replace(Ailing worker)) {
        starts.add(now);
        history =
            random.nextInt(4) == 0
                ? planner.replaced(history, worker, now)
                : planner.failed(history, worker, "it did not come up", now);
      }
      now = now.plusMillis(random.nextInt(10_000));
    }
    Duration hour = Duration.ofHours(1);
    for (int i = 0; i < starts.size(); i++) {
      Instant from = starts.get(i);
      long within =
          starts.stream().filter(at -> !at.isBefore(from) && at.isBefore(from.plus(hour))).count();
      assertThat(within).as("seed %d, from %s", seed, from).isLessThanOrEqualTo(4 * 12);
    }
    assertThat(starts).as("it never gives up either").hasSizeGreaterThan(100);
  }
}
