package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.OLD;
import static dev.pointsman.agent.deployment.Samples.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.deployment.FakeHost.Place;
import dev.pointsman.agent.deployment.Pool.SlotView;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * A restart, a change of the number of workers, a stop and a start: the agent dies after every
 * effect, before and after it is written down, and another one goes on from the journal. They end
 * the same, and no worker is replaced twice.
 */
final class OrderCutTest {
  private static final DeploymentId ID = Samples.id(2);
  private static final Born LATEST = new Born(1, 9);

  /** The agent dies here. */
  private static final class Cut extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /**
   * One story.
   *
   * @param slots what runs at the end, by slot
   * @param fresh the slots whose worker was born during the story
   */
  record Story(
      String name,
      int before,
      Consumer<FakeHost> fault,
      DeploymentEntry.Beginning begun,
      DeploymentState outcome,
      Map<Integer, Generation> slots,
      Set<Integer> fresh,
      Standing standing) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static final Consumer<FakeHost> NONE = host -> {};
  private static final Standing STOPPED = new Standing(null, new Standing.Halted("ops", T0));

  private static DeploymentEntry.Beginning restart(@Nullable Integer slot) {
    return new DeploymentEntry.RestartBegun(ID, OLD, 3, slot, LATEST, "ops", T0);
  }

  private static DeploymentEntry.Beginning scale(int before, int slots) {
    return new DeploymentEntry.ScaleBegun(ID, OLD, before, slots, 3, "ops", T0);
  }

  private static DeploymentEntry.Beginning start(Generation to) {
    return new DeploymentEntry.StartBegun(ID, OLD, to, 3, "ops", T0);
  }

  private static Map<Integer, Generation> all(Generation generation, int count) {
    Map<Integer, Generation> slots = new TreeMap<>();
    for (int slot = 0; slot < count; slot++) {
      slots.put(slot, generation);
    }
    return slots;
  }

  private static Standing scaled(int slots) {
    return new Standing(new Standing.Scaled(slots, 3, "ops", T0), null);
  }

  static Stream<Story> stories() {
    DeploymentEntry.Beginning stop = new DeploymentEntry.StopBegun(ID, OLD, 3, "ops", T0);
    return Stream.of(
        new Story(
            "all are restarted",
            3,
            NONE,
            restart(null),
            DeploymentState.SUCCESSFUL,
            all(OLD, 3),
            Set.of(0, 1, 2),
            Standing.NONE),
        new Story(
            "one is restarted",
            3,
            NONE,
            restart(1),
            DeploymentState.SUCCESSFUL,
            all(OLD, 3),
            Set.of(1),
            Standing.NONE),
        new Story(
            "one that is not well is restarted",
            3,
            host -> host.slots.put(1, new SlotView(OLD, bad(), bad(), LATEST)),
            restart(null),
            DeploymentState.SUCCESSFUL,
            all(OLD, 3),
            Set.of(0, 1, 2),
            Standing.NONE),
        new Story(
            "the second does not come up again",
            3,
            host -> host.failing.add(new Place(1, OLD)),
            restart(null),
            DeploymentState.FAILED,
            all(OLD, 3),
            Set.of(0),
            Standing.NONE),
        new Story(
            "the first turns bad once it is let in",
            3,
            host -> host.turningBad.add(new Place(0, OLD)),
            restart(null),
            DeploymentState.FAILED,
            all(OLD, 3),
            Set.of(0),
            Standing.NONE),
        new Story(
            "more workers",
            3,
            NONE,
            scale(3, 5),
            DeploymentState.SUCCESSFUL,
            all(OLD, 5),
            Set.of(3, 4),
            scaled(5)),
        new Story(
            "fewer workers",
            3,
            NONE,
            scale(3, 1),
            DeploymentState.SUCCESSFUL,
            all(OLD, 1),
            Set.of(),
            scaled(1)),
        new Story(
            "as many workers as the file says",
            5,
            NONE,
            scale(5, 3),
            DeploymentState.SUCCESSFUL,
            all(OLD, 3),
            Set.of(),
            Standing.NONE),
        new Story(
            "the second of those that are added fails",
            3,
            host -> host.failing.add(new Place(4, OLD)),
            scale(3, 5),
            DeploymentState.REVERTED,
            all(OLD, 3),
            Set.of(),
            Standing.NONE),
        new Story(
            "the first of those that are added fails",
            3,
            host -> host.failing.add(new Place(3, OLD)),
            scale(3, 5),
            DeploymentState.FAILED,
            all(OLD, 3),
            Set.of(),
            Standing.NONE),
        new Story("a stop", 3, NONE, stop, DeploymentState.SUCCESSFUL, Map.of(), Set.of(), STOPPED),
        new Story(
            "a stop of which one does not go",
            3,
            host -> host.immortal = true,
            stop,
            DeploymentState.FAILED,
            Map.of(),
            Set.of(),
            STOPPED),
        new Story(
            "a start",
            0,
            NONE,
            start(OLD),
            DeploymentState.SUCCESSFUL,
            all(OLD, 3),
            Set.of(0, 1, 2),
            Standing.NONE),
        new Story(
            "a start of which one does not come up",
            0,
            host -> host.failing.add(new Place(1, OLD)),
            start(OLD),
            DeploymentState.FAILED,
            all(OLD, 3),
            Set.of(0, 1, 2),
            Standing.NONE),
        new Story(
            "a start with another release",
            0,
            NONE,
            start(NEW),
            DeploymentState.SUCCESSFUL,
            all(NEW, 3),
            Set.of(0, 1, 2),
            Standing.NONE),
        new Story(
            "a start with another release, of which one does not come up",
            0,
            host -> host.failing.add(new Place(1, NEW)),
            start(NEW),
            DeploymentState.FAILED,
            Map.of(),
            Set.of(),
            STOPPED));
  }

  private static dev.pointsman.protocol.api.FailureResource bad() {
    return Samples.failure(Reason.WORKER_UNHEALTHY, "not well");
  }

  @ParameterizedTest
  @MethodSource("stories")
  void endsTheSameWhereverTheAgentDies(Story story) throws Exception {
    int cuts = 0;
    while (dieAtAndGoOn(story, cuts)) {
      cuts++;
    }
    assertThat(cuts).as("places to die at").isGreaterThanOrEqualTo(2);
  }

  /** What was journaled before: the app runs, and is stopped where the story starts it. */
  private static List<AppEntry> past(Story story) {
    List<AppEntry> journal = new ArrayList<>();
    journal.add(
        new DeploymentEntry.Begun(
            Samples.id(1), DeploymentKind.DEPLOY, null, OLD, 3, true, "ci", T0));
    journal.add(new DeploymentEntry.Ended(Samples.id(1), DeploymentState.SUCCESSFUL, T0));
    if (story.begun() instanceof DeploymentEntry.StartBegun) {
      journal.add(new DeploymentEntry.StopBegun(Samples.id(1), OLD, 3, "ops", T0));
      journal.add(new DeploymentEntry.Ended(Samples.id(1), DeploymentState.SUCCESSFUL, T0));
    }
    journal.add(story.begun());
    return journal;
  }

  /** Dies at the {@code cut}-th place; false where the story ends before that. */
  private static boolean dieAtAndGoOn(Story story, int cut) throws Exception {
    FakeHost host = FakeHost.serving(OLD, Math.max(1, story.before()));
    host.slots.keySet().removeIf(slot -> slot >= story.before());
    story.fault().accept(host);
    List<AppEntry> journal = past(story);
    int[] places = {0};
    Runnable place =
        () -> {
          if (places[0]++ == cut) {
            throw new Cut();
          }
        };
    host.afterEffect = place;
    boolean died = false;
    try {
      resume(host, journal, place);
    } catch (Cut e) {
      died = true;
      host.afterEffect = () -> {};
      resume(host, journal, () -> {});
    }
    verify(story, host, AppState.replay(journal), "cut " + cut);
    return died;
  }

  private static void resume(FakeHost host, List<AppEntry> journal, Runnable afterEntry)
      throws Exception {
    Deployment running = AppState.replay(journal).running();
    if (running != null) {
      DeploymentRunner.Log log =
          entry -> {
            journal.add(entry);
            afterEntry.run();
          };
      new DeploymentRunner(host, host, log, () -> T0).run(running);
    }
  }

  private static void verify(Story story, FakeHost host, AppState state, String when) {
    Deployment over = state.latest().orElseThrow();
    assertThat(over.status()).as(when).isInstanceOf(Over.class);
    assertThat(((Over) over.status()).outcome()).as(when).isEqualTo(story.outcome());
    Map<Integer, Generation> runs = new TreeMap<>();
    host.slots.forEach((slot, view) -> runs.put(slot, view.generation()));
    assertThat(runs).as(when).isEqualTo(story.slots());
    assertThat(
            host.slots.keySet().stream()
                .filter(slot -> host.slots.get(slot).born().isAfter(LATEST)))
        .as("%s: fresh", when)
        .containsExactlyInAnyOrderElementsOf(story.fresh());
    assertThat(host.replaced).as("%s: each at most once", when).doesNotHaveDuplicates();
    assertThat(state.standing()).as(when).isEqualTo(story.standing());
    boolean other = story.outcome() == DeploymentState.SUCCESSFUL && over.to().equals(NEW);
    assertThat(state.wanted()).as(when).isEqualTo(other ? NEW : OLD);
    assertThat(host.current()).as(when).isEqualTo(other ? NEW.release() : OLD.release());
    assertThat(state.bad())
        .as(when)
        .isEqualTo(over.to().equals(NEW) && !other ? Set.of(NEW.release()) : Set.of());
    if (story.before() > 0 && !(over.order() instanceof Order.Stop)) {
      assertThat(host.fewest)
          .as("%s: capacity", when)
          .isGreaterThanOrEqualTo(Math.min(story.before(), story.slots().size()));
    }
  }
}
