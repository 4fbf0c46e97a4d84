package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.FakeWorkshop.FakeProcess;
import dev.pointsman.agent.worker.FakeWorkshop.Fault;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Filling all slots of an app that was stopped, where workers cannot be gated one by one. */
@Timeout(60)
final class StartTest {
  private static final Generation NEW = new Generation(new ReleaseId("r2"), "bb".repeat(32));
  private static final Duration HEALTHY_DEADLINE = Duration.ofSeconds(1);
  private static final AppConfig CONFIG =
      Configs.app(Configs.roll(HEALTHY_DEADLINE, Duration.ofSeconds(20)), Duration.ofMillis(20));

  private final FakeWorkshop apart = new FakeWorkshop();
  private final FakeWorkshop open = new FakeWorkshop();
  private final List<Boolean> triedBefore = new CopyOnWriteArrayList<>();

  /** Notes of each worker that has users whether one was tried before, and has gone. */
  private final Workshop workshop =
      new Workshop() {
        @Override
        public WorkerProcess launch(
            Incarnation who, int slot, Generation generation, Consumer<WorkerEvent> events)
            throws IOException, Rejected {
          triedBefore.add(
              !apart.processes().isEmpty() && apart.processes().stream().allMatch(it -> it.ended));
          return open.launch(who, slot, generation, events);
        }

        @Override
        public Optional<Workshop> trial(Generation generation) {
          return Optional.of(apart);
        }
      };

  private final WorkerPool pool =
      new WorkerPool(
          CONFIG,
          workshop,
          5,
          Clock.systemUTC(),
          new WorkerStory(CONFIG.name(), new EventLog(Clock.systemUTC())));

  @AfterEach
  void stop() throws Exception {
    pool.stop();
  }

  @Test
  void whatIsNewIsTriedInPrivateBeforeAnyWorkerHasUsers() throws Exception {
    assertThat(pool.start(Set.of(0, 1), NEW, false)).isEmpty();
    assertThat(apart.processes()).as("on trial").hasSize(1);
    assertThat(triedBefore).containsExactly(true, true);
    assertThat(pool.isHealthy(2)).isTrue();
  }

  @Test
  void whatFailsItsTrialNeverHasUsers() throws Exception {
    apart.fault(NEW, Fault.CRASHES_AT_START);
    FailureResource failure = pool.start(Set.of(0, 1), NEW, false).orElseThrow();
    assertThat(failure.exit()).isEqualTo("exit code 7");
    assertThat(failure.detail()).contains("private trial");
    assertThat(open.processes()).isEmpty();
    assertThat(pool.slots()).isEmpty();
  }

  @Test
  void whatProvedItselfBeforeComesBackAtOnce() throws Exception {
    assertThat(pool.start(Set.of(0, 1), NEW, true)).isEmpty();
    assertThat(apart.processes()).isEmpty();
  }

  @Test
  void aWorkerThatAsksForMoreTimeGetsIt() throws Exception {
    open.fault(NEW, Fault.NEVER_LISTENS);
    CompletableFuture<Optional<FailureResource>> started = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            started.complete(pool.start(Set.of(0), NEW, true));
          } catch (InterruptedException e) {
            started.completeExceptionally(e);
          }
        });
    FakeProcess slow = open.process(new Incarnation(5, 1, 1));
    slow.say(new WorkerEvent.MoreTime(slow.who, Duration.ofSeconds(15)));
    assertThatThrownBy(
            () -> started.get(HEALTHY_DEADLINE.toMillis() * 3 / 2, TimeUnit.MILLISECONDS))
        .isInstanceOf(TimeoutException.class);
    slow.say(new WorkerEvent.BecameReady(slow.who));
    slow.say(new WorkerEvent.ProbePassed(slow.who));
    assertThat(started.get(20, TimeUnit.SECONDS)).isEmpty();
  }
}
