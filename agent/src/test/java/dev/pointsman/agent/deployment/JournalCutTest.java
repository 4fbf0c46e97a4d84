package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.OLD;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.deployment.FakeHost.Place;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The agent dies after every effect, before and after it is written down, and another one goes on
 * from the journal: the ending is the same.
 */
final class JournalCutTest {
  private static final int SLOTS = 4;

  /** The agent dies here. */
  private static final class Cut extends RuntimeException {
    private static final long serialVersionUID = 1;
  }

  /** One story: how the host is, what is asked for, and how it ends. */
  record Story(
      String name,
      Supplier<FakeHost> host,
      DeploymentEntry.Beginning begun,
      DeploymentState outcome,
      @Nullable String reason,
      Set<Generation> running) {
    @Override
    public String toString() {
      return name;
    }
  }

  static Stream<Story> stories() {
    return Stream.of(
        story("all goes well", host -> {}, DeploymentState.SUCCESSFUL, null, Set.of(NEW)),
        story(
            "the first slot fails",
            host -> host.failing.add(new Place(0, NEW)),
            DeploymentState.REVERTED,
            "WorkerCrashed",
            Set.of(OLD)),
        story(
            "the third slot fails",
            host -> host.failing.add(new Place(2, NEW)),
            DeploymentState.REVERTED,
            "WorkerCrashed",
            Set.of(OLD)),
        story(
            "a new worker turns bad after it was let in",
            host -> host.turningBad.add(new Place(1, NEW)),
            DeploymentState.REVERTED,
            "WorkerUnhealthy",
            Set.of(OLD)),
        story(
            "a new worker falls when all have been let in",
            host -> host.unsettled.add(NEW),
            DeploymentState.REVERTED,
            "WorkerCrashed",
            Set.of(OLD)),
        story(
            "the way back fails",
            host -> host.failing.addAll(Set.of(new Place(2, NEW), new Place(1, OLD))),
            DeploymentState.STUCK,
            "WorkerCrashed",
            Set.of(OLD, NEW)),
        story(
            "the host cannot flip the link",
            host -> host.unflippable.add(NEW.release()),
            DeploymentState.FAILED,
            "HostFault",
            Set.of(OLD)),
        story(
            "the host cannot flip the link back",
            host -> {
              host.failing.add(new Place(0, NEW));
              host.unflippable.add(OLD.release());
            },
            DeploymentState.STUCK,
            "HostFault",
            Set.of(OLD)),
        new Story(
            "a first deployment",
            () -> FakeHost.serving(null, 0),
            Samples.begun(null, NEW, SLOTS),
            DeploymentState.SUCCESSFUL,
            null,
            Set.of(NEW)),
        new Story(
            "a first deployment fails",
            () -> prepared(FakeHost.serving(null, 0), new Place(2, NEW)),
            Samples.begun(null, NEW, SLOTS),
            DeploymentState.FAILED,
            "WorkerCrashed",
            Set.of()),
        new Story(
            "a rollback",
            () -> FakeHost.serving(OLD, SLOTS),
            Samples.begun(1, DeploymentKind.ROLLBACK, OLD, NEW, SLOTS),
            DeploymentState.SUCCESSFUL,
            null,
            Set.of(NEW)),
        new Story(
            "another configuration of the same release fails",
            () -> prepared(FakeHost.serving(OLD, SLOTS), new Place(0, sameRelease())),
            Samples.begun(OLD, sameRelease(), SLOTS),
            DeploymentState.FAILED,
            "WorkerCrashed",
            Set.of(OLD)),
        new Story(
            "scaling down",
            () -> FakeHost.serving(OLD, SLOTS),
            Samples.begun(OLD, NEW, 2),
            DeploymentState.SUCCESSFUL,
            null,
            Set.of(NEW)),
        new Story(
            "scaling up",
            () -> FakeHost.serving(OLD, 2),
            Samples.begun(OLD, NEW, SLOTS),
            DeploymentState.SUCCESSFUL,
            null,
            Set.of(NEW)));
  }

  private static Generation sameRelease() {
    return Samples.generation("r1", "cc");
  }

  private static FakeHost prepared(FakeHost host, Place failing) {
    host.failing.add(failing);
    return host;
  }

  private static Story story(
      String name,
      java.util.function.Consumer<FakeHost> fault,
      DeploymentState outcome,
      @Nullable String reason,
      Set<Generation> running) {
    Supplier<FakeHost> host =
        () -> {
          FakeHost fresh = FakeHost.serving(OLD, SLOTS);
          fault.accept(fresh);
          return fresh;
        };
    return new Story(name, host, Samples.begun(OLD, NEW, SLOTS), outcome, reason, running);
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

  /** Dies at the {@code cut}-th place; false where the story ends before that. */
  private static boolean dieAtAndGoOn(Story story, int cut) throws Exception {
    FakeHost host = story.host().get();
    int initially = host.slots.size();
    List<AppEntry> journal = new ArrayList<>(List.of(story.begun()));
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
    verify(story, host, AppState.replay(journal), initially, "cut " + cut);
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
      new DeploymentRunner(host, host, log, Samples.ticking()).run(running);
    }
  }

  private static void verify(
      Story story, FakeHost host, AppState state, int initially, String when) {
    Deployment over = state.latest().orElseThrow();
    assertThat(over.status()).as(when).isInstanceOf(Over.class);
    Over end = (Over) over.status();
    FailureResource failure = end.failure();
    assertThat(end.outcome()).as(when).isEqualTo(story.outcome());
    assertThat(failure == null ? null : failure.reason()).as(when).isEqualTo(story.reason());
    assertThat(host.running()).as(when).isEqualTo(story.running());
    assertThat(state.wanted())
        .as(when)
        .isEqualTo(end.outcome() == DeploymentState.SUCCESSFUL ? over.to() : null);
    assertThat(host.replaced)
        .as("%s: each worker once per direction", when)
        .doesNotHaveDuplicates();
    int slots = over.slots();
    if (end.outcome() == DeploymentState.SUCCESSFUL) {
      assertThat(host.slots.keySet()).as(when).hasSize(slots);
      assertThat(host.current()).as(when).isEqualTo(over.to().release());
    } else if (end.outcome() != DeploymentState.STUCK) {
      assertThat(host.slots).as(when).hasSize(initially);
      assertThat(host.current())
          .as(when)
          .isEqualTo(over.from() == null ? null : over.from().release());
    }
    assertThat(host.fewest)
        .as("%s: capacity", when)
        .isGreaterThanOrEqualTo(Math.min(initially, slots));
    assertThat(host.most).as("%s: surge", when).isLessThanOrEqualTo(Math.max(initially, slots));
  }
}
