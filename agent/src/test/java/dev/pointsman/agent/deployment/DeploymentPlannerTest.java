package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.OLD;
import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.deployment.DeploymentStatus.Reverting;
import dev.pointsman.agent.deployment.Pool.Gate;
import dev.pointsman.agent.deployment.Pool.SlotView;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

final class DeploymentPlannerTest {
  private static final FailureResource BAD = Samples.failure(Reason.WORKER_UNHEALTHY, "bad");
  private static final Generation OTHER = Samples.generation("r0", "dd");

  private static Deployment running(@Nullable Generation from, int slots) {
    return Deployment.begin(Samples.begun(from, NEW, slots));
  }

  private static Deployment reverting(@Nullable Generation from, int slots) {
    return running(from, slots).after(new DeploymentEntry.Failed(Samples.id(1), BAD, T0));
  }

  private static Observed seen(@Nullable Generation current, SlotView... slots) {
    Map<Integer, SlotView> views = new HashMap<>();
    for (int slot = 0; slot < slots.length; slot++) {
      views.put(slot, slots[slot]);
    }
    return new Observed(current == null ? null : current.release(), views);
  }

  private static SlotView well(Generation generation) {
    return new SlotView(generation, null, null, Born.NEVER);
  }

  private static SlotView bad(Generation generation) {
    return new SlotView(generation, BAD, null, Born.NEVER);
  }

  /** It serves, but it had fallen before. */
  private static SlotView risen(Generation generation) {
    return new SlotView(generation, null, BAD, Born.NEVER);
  }

  @Test
  void flipsThenReplacesSlotBySlotThenEnds() {
    Deployment it = running(OLD, 2);
    assertThat(DeploymentPlanner.next(it, seen(OLD, well(OLD), well(OLD))))
        .isEqualTo(new Step.Flip(NEW.release()));
    assertThat(DeploymentPlanner.next(it, seen(NEW, well(OLD), well(OLD))))
        .isEqualTo(new Step.Replace(0, NEW, Gate.FULL));
    assertThat(DeploymentPlanner.next(it, seen(NEW, well(NEW), well(OLD))))
        .isEqualTo(new Step.Replace(1, NEW, Gate.FULL));
    assertThat(DeploymentPlanner.next(it, seen(NEW, well(NEW), well(NEW))))
        .isEqualTo(new Step.End(DeploymentState.SUCCESSFUL));
  }

  @Test
  void aRollbackGoesToWhatIsKnownToBeGood() {
    Deployment it = Deployment.begin(Samples.begun(1, DeploymentKind.ROLLBACK, OLD, NEW, 1));
    assertThat(DeploymentPlanner.next(it, seen(NEW, well(OLD))))
        .isEqualTo(new Step.Replace(0, NEW, Gate.KNOWN_GOOD));
  }

  @Test
  void aNewWorkerThatFellIsNoGoodThoughItServesAgain() {
    assertThat(DeploymentPlanner.next(running(OLD, 2), seen(NEW, risen(NEW), well(OLD))))
        .isEqualTo(new Step.Fail(BAD));
    assertThat(DeploymentPlanner.next(running(OLD, 2), seen(NEW, well(NEW), risen(NEW))))
        .isEqualTo(new Step.Fail(BAD));
    assertThat(DeploymentPlanner.next(running(null, 1), seen(NEW, risen(NEW))))
        .isEqualTo(new Step.Fail(BAD));
  }

  @Test
  void fallsOfOldWorkersAreForgiven() {
    assertThat(DeploymentPlanner.next(running(OLD, 2), seen(NEW, well(NEW), risen(OLD))))
        .isEqualTo(new Step.Replace(1, NEW, Gate.FULL));
    assertThat(DeploymentPlanner.next(running(NEW, 2), seen(NEW, risen(NEW), well(NEW))))
        .isEqualTo(new Step.End(DeploymentState.SUCCESSFUL));
    assertThat(DeploymentPlanner.next(reverting(OLD, 2), seen(OLD, risen(OLD), well(OLD))))
        .isEqualTo(new Step.End(DeploymentState.FAILED));
  }

  @Test
  void stopsLettingNewWorkersInWhenOneTurnsBad() {
    assertThat(DeploymentPlanner.next(running(OLD, 3), seen(NEW, bad(NEW), well(OLD), well(OLD))))
        .isEqualTo(new Step.Fail(BAD));
  }

  @Test
  void anOldWorkerInTroubleIsNoReasonToFail() {
    assertThat(DeploymentPlanner.next(running(OLD, 2), seen(NEW, bad(OLD), bad(OLD))))
        .isEqualTo(new Step.Replace(0, NEW, Gate.FULL));
  }

  @Test
  void fillsAnEmptySlot() {
    assertThat(DeploymentPlanner.next(running(OLD, 2), seen(NEW, well(NEW))))
        .isEqualTo(new Step.Replace(1, NEW, Gate.FULL));
  }

  @Test
  void retiresWhatIsTooMuchLast() {
    assertThat(DeploymentPlanner.next(running(OLD, 1), seen(NEW, well(OLD), well(OLD))))
        .isEqualTo(new Step.Replace(0, NEW, Gate.FULL));
    assertThat(DeploymentPlanner.next(running(OLD, 1), seen(NEW, well(NEW), well(OLD))))
        .isEqualTo(new Step.Retire(1));
  }

  @Test
  void aFirstDeploymentThatFailedLeavesNothing() {
    Deployment it = reverting(null, 2);
    assertThat(DeploymentPlanner.next(it, seen(NEW, well(NEW), bad(NEW))))
        .isEqualTo(new Step.Retire(0));
    assertThat(DeploymentPlanner.next(it, seen(NEW))).isEqualTo(new Step.Flip(null));
    assertThat(DeploymentPlanner.next(it, seen(null)))
        .isEqualTo(new Step.End(DeploymentState.FAILED));
  }

  @Test
  void askingAboutADeploymentThatIsOverIsABug() {
    Deployment over =
        reverting(OLD, 1)
            .after(new DeploymentEntry.Ended(Samples.id(1), DeploymentState.FAILED, T0));
    assertThatThrownBy(() -> DeploymentPlanner.next(over, seen(OLD)))
        .isInstanceOf(IllegalStateException.class);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 42, 20260101})
  void keepsItsRulesWhateverIsSeen(long seed) {
    Random random = new Random(seed);
    for (int i = 0; i < 20_000; i++) {
      boolean first = random.nextInt(4) == 0;
      int slots = 1 + random.nextInt(5);
      Generation from = first ? null : OLD;
      Deployment it = random.nextBoolean() ? running(from, slots) : reverting(from, slots);
      Observed observed = randomlySeen(random);
      Step step = DeploymentPlanner.next(it, observed);
      String story = "seed %d, #%d: %s sees %s".formatted(seed, i, it.status(), observed);
      assertThat(DeploymentPlanner.next(it, observed)).as(story).isEqualTo(step);
      check(it, observed, step, story);
    }
  }

  private static Observed randomlySeen(Random random) {
    List<Generation> all = List.of(OLD, NEW, OTHER);
    Map<Integer, SlotView> views = new HashMap<>();
    for (int slot = 0; slot < 7; slot++) {
      if (random.nextInt(4) > 0) {
        Generation generation = all.get(random.nextInt(10) == 0 ? 2 : random.nextInt(2));
        views.put(slot, random.nextInt(6) == 0 ? bad(generation) : well(generation));
      }
    }
    int current = random.nextInt(4);
    return new Observed(current == 3 ? null : all.get(current).release(), views);
  }

  private static void check(Deployment it, Observed seen, Step step, String story) {
    Generation heading = it.heading();
    ReleaseId wantedLink = heading == null ? null : heading.release();
    switch (step) {
      case Step.Flip(var release) -> {
        assertThat(release).as(story).isEqualTo(wantedLink);
        assertThat(seen.current()).as(story).isNotEqualTo(wantedLink);
      }
      case Step.Replace(int slot, var generation, var gate) -> {
        assertThat(generation).as(story).isEqualTo(heading);
        assertThat(seen.current()).as("flip first: %s", story).isEqualTo(wantedLink);
        assertThat(slot).as(story).isBetween(0, it.slots() - 1);
        SlotView was = seen.slots().get(slot);
        assertThat(was == null ? null : was.generation()).as(story).isNotEqualTo(heading);
        assertThat(gate)
            .as(story)
            .isEqualTo(it.status() instanceof Reverting ? Gate.KNOWN_GOOD : Gate.FULL);
      }
      case Step.Start _ -> throw new AssertionError(story + ": a roll fills slot by slot");
      case Step.Retire(int slot) -> {
        assertThat(seen.slots()).as(story).containsKey(slot);
        assertThat(heading == null || slot >= it.slots()).as(story).isTrue();
        if (heading != null) {
          assertThat(allRun(it.slots(), seen, heading)).as("capacity first: %s", story).isTrue();
        }
      }
      case Step.Fail _ -> {
        assertThat(it.status()).as(story).isNotInstanceOf(Reverting.class);
        assertThat(seen.slots().values())
            .as(story)
            .anyMatch(view -> view.generation().equals(NEW) && view.trouble() != null);
      }
      case Step.End(var outcome) -> {
        assertThat(outcome == DeploymentState.SUCCESSFUL)
            .as(story)
            .isEqualTo(!(it.status() instanceof Reverting));
        if (heading == null) { // A first deployment that failed: nothing of it is left.
          assertThat(seen.current()).as(story).isNotEqualTo(NEW.release());
          assertThat(seen.slots().values())
              .as(story)
              .noneMatch(view -> view.generation().equals(NEW));
        } else {
          assertThat(seen.current()).as(story).isEqualTo(wantedLink);
          assertThat(seen.slots()).as(story).hasSize(it.slots());
          assertThat(allRun(it.slots(), seen, heading)).as(story).isTrue();
        }
      }
    }
  }

  private static boolean allRun(int slots, Observed seen, Generation generation) {
    for (int slot = 0; slot < slots; slot++) {
      SlotView view = seen.slots().get(slot);
      if (view == null || !Objects.equals(view.generation(), generation)) {
        return false;
      }
    }
    return true;
  }
}
