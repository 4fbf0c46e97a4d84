package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class CompactionTest {
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 20260101})
  void whatIsLeftGivesTheSameState(long seed) throws Exception {
    List<AppEntry> entries = Histories.random(seed, 2_500);
    for (int length = 0; length <= entries.size(); length += 1 + length / 6) {
      List<AppEntry> some = entries.subList(0, length);
      List<AppEntry> condensed = Compaction.condense(some);
      same(
          AppState.replay(condensed),
          AppState.replay(some),
          "seed " + seed + ", the first " + length + " entries");
      assertThat(Compaction.condense(condensed))
          .as("seed %d, condensed again", seed)
          .isEqualTo(condensed);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void theStateGoesOnTheSameAfterwards(long seed) throws Exception {
    List<AppEntry> entries = Histories.random(seed, 1_500);
    for (int length = 1; length < entries.size(); length += 397) {
      List<AppEntry> mixed = new ArrayList<>(Compaction.condense(entries.subList(0, length)));
      mixed.addAll(entries.subList(length, entries.size()));
      same(
          AppState.replay(mixed),
          AppState.replay(entries),
          "seed " + seed + ", compacted after " + length);
    }
  }

  @Test
  void goingToAndFroForYearsIsForgotten() {
    List<AppEntry> entries = new ArrayList<>();
    Generation wanted = null;
    for (long number = 1; number <= 2_000; number++) {
      Generation to = Samples.generation("r" + number % 2, "aa");
      entries.addAll(success(number, wanted, to));
      wanted = to;
    }
    assertThat(Compaction.condense(entries)).hasSize(AppState.REMEMBERED * 2);
  }

  @Test
  void removedReleasesAreForgotten() {
    List<AppEntry> entries = new ArrayList<>();
    for (long number = 1; number <= 3_000; number++) {
      ReleaseId release = new ReleaseId("r" + number);
      entries.add(new AppEntry.Staged(release, number, "d" + number, T0));
      entries.add(new AppEntry.Removed(release, T0));
    }
    assertThat(Compaction.condense(entries)).hasSize(SequenceFloor.LEDGER_SIZE * 2);
  }

  @Test
  void aReleaseThatIsStagedAgainAndAgainDoesNotPushOutTheFloor() {
    List<AppEntry> entries = new ArrayList<>();
    for (long number = 1; number <= 10; number++) {
      entries.add(new AppEntry.Staged(new ReleaseId("r" + number), number, "d" + number, T0));
    }
    for (int i = 0; i < 1_000; i++) {
      entries.add(new AppEntry.Removed(new ReleaseId("r10"), T0));
      entries.add(new AppEntry.Staged(new ReleaseId("r10"), 10, "d10", T0));
    }
    List<AppEntry> condensed = Compaction.condense(entries);
    assertThat(AppState.replay(condensed)).isEqualTo(AppState.replay(entries));
    assertThat(condensed).hasSizeLessThan(20);
  }

  @Test
  void oneReleaseWithEverNewConfigurationsIsForgotten() {
    List<AppEntry> entries = new ArrayList<>();
    Generation wanted = null;
    for (long number = 1; number <= 1_000; number++) {
      Generation to = new Generation(new ReleaseId("r1"), "%064x".formatted(number));
      entries.addAll(success(number, wanted, to));
      wanted = to;
    }
    assertThat(AppState.replay(entries).good()).hasSize(1);
    assertThat(Compaction.condense(entries)).hasSize(AppState.REMEMBERED * 2);
  }

  @Test
  void whoAllowedWhatIsKeptForAWhile() {
    List<AppEntry> entries = new ArrayList<>();
    for (int i = 0; i < Compaction.AUDITED * 3; i++) {
      entries.add(new AppEntry.TaintAllowed(new ReleaseId("r" + i), "revoked", "ops", T0));
    }
    assertThat(Compaction.condense(entries))
        .isEqualTo(entries.subList(Compaction.AUDITED * 2, Compaction.AUDITED * 3));
  }

  @Test
  void aResetSequenceStaysReset() {
    List<AppEntry> entries = new ArrayList<>();
    entries.add(new AppEntry.Staged(new ReleaseId("r5000"), 5_000, "d5000", T0));
    entries.add(new AppEntry.SequenceReset(100, "a typo", "ops", T0));
    entries.add(new AppEntry.Staged(new ReleaseId("r101"), 101, "d101", T0));
    entries.add(new AppEntry.SequenceReset(50, "once more", "ops", T0));
    entries.add(new AppEntry.Staged(new ReleaseId("r5000"), 5_000, "d5000", T0));
    same(
        AppState.replay(Compaction.condense(entries)),
        AppState.replay(entries),
        "reset twice, and the first one back");
    assertThat(AppState.replay(entries).floor().high().orElseThrow().sequence()).isEqualTo(5_000);
  }

  /** Part by part, so that a difference can be read. */
  private static void same(AppState is, AppState expected, String when) {
    assertThat(is.good()).as("%s: good", when).isEqualTo(expected.good());
    assertThat(is.bad()).as("%s: bad", when).isEqualTo(expected.bad());
    assertThat(is.staged()).as("%s: staged", when).isEqualTo(expected.staged());
    assertThat(is.wanted()).as("%s: wanted", when).isEqualTo(expected.wanted());
    assertThat(is.floor()).as("%s: floor", when).isEqualTo(expected.floor());
    assertThat(is).as(when).isEqualTo(expected);
  }

  private static List<AppEntry> success(long number, @Nullable Generation from, Generation to) {
    return List.of(
        Samples.begun(number, DeploymentKind.DEPLOY, from, to, 1),
        new DeploymentEntry.Ended(Samples.id(number), DeploymentState.SUCCESSFUL, T0));
  }
}
