package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.Acceptance.NONE;
import static dev.pointsman.agent.worker.Acceptance.SOME;
import static dev.pointsman.agent.worker.Acceptance.UNKNOWN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.FakeWorkshop.FakeProcess;
import dev.pointsman.agent.worker.FakeWorkshop.Fault;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.api.WorkerStateName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
final class WorkerPoolTest {
  private static final Generation OLD = new Generation(new ReleaseId("r1"), "aa".repeat(32));
  private static final Generation NEW = new Generation(new ReleaseId("r2"), "bb".repeat(32));
  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeWorkshop workshop = new FakeWorkshop();
  private final EventLog events = new EventLog(Clock.systemUTC());
  private WorkerPool pool = pool(Configs.app());

  private WorkerPool pool(AppConfig config) {
    return new WorkerPool(
        config, workshop, 5, Clock.systemUTC(), new WorkerStory(config.name(), events));
  }

  private static Incarnation who(long worker, int attempt) {
    return new Incarnation(5, worker, attempt);
  }

  private void keepTwo() throws Exception {
    pool.keep(0, OLD);
    pool.keep(1, OLD);
    assertThat(pool.awaitHealthy(2, LONG)).as("both healthy").isTrue();
  }

  private Optional<FailureResource> replace(int slot) throws Exception {
    return pool.replace(slot, NEW, false);
  }

  private Generation inSlot(int slot) {
    return java.util.Objects.requireNonNull(pool.slots().get(slot)).generation();
  }

  private CompletableFuture<Optional<FailureResource>> replacing(int slot) {
    CompletableFuture<Optional<FailureResource>> result = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          try {
            result.complete(replace(slot));
          } catch (Exception e) {
            result.completeExceptionally(e);
          }
        });
    return result;
  }

  @Nested
  final class Keeping {
    @Test
    void saysThatWorkersAcceptBeforeTheFirstIsLetInAndThatNoneDoesAfterTheLast() throws Exception {
      List<String> told =
          workshop.orders; // In one list with the orders, so that it shows which was first.
      pool.tellAcceptance(any -> told.add("acceptance " + any));
      keepTwo();
      assertThat(told).startsWith("acceptance NONE", "acceptance SOME");

      pool.retire(0);
      Await.until("slot 0 is gone", () -> pool.workers().size() == 1);
      assertThat(told).filteredOn(it -> it.startsWith("acc")).hasSize(2);
      pool.retire(1);
      Await.until("slot 1 is gone", () -> pool.workers().isEmpty());
      assertThat(told)
          .filteredOn(it -> it.startsWith("acc"))
          .hasSize(3)
          .endsWith("acceptance NONE");
    }

    @Test
    void aWorkerThatAcceptsUnaskedMayDoSoFromItsStartOn() throws Exception {
      workshop.acceptsUnasked = true;
      workshop.fault(OLD, Fault.NEVER_LISTENS);
      List<Acceptance> told = new CopyOnWriteArrayList<>();
      pool.tellAcceptance(told::add);
      pool.keep(0, OLD);
      FakeProcess first = workshop.process(who(1, 1));
      assertThat(told).as("before its process was").containsExactly(NONE, UNKNOWN);
      first.exit(7);
      FakeProcess second = workshop.process(who(1, 2));
      assertThat(told).as("and again").containsExactly(NONE, UNKNOWN, NONE, UNKNOWN);
      second.say(new WorkerEvent.BecameReady(second.who));
      second.say(new WorkerEvent.ProbePassed(second.who));
      assertThat(pool.awaitHealthy(1, LONG)).isTrue();
      assertThat(told).endsWith(UNKNOWN, SOME);
    }

    @Test
    void aWorkerThatWaitsToBeLetInDoesNotAcceptWhileItStarts() throws Exception {
      workshop.fault(OLD, Fault.NEVER_LISTENS);
      List<Acceptance> told = new CopyOnWriteArrayList<>();
      pool.tellAcceptance(told::add);
      pool.keep(0, OLD);
      FakeProcess first = workshop.process(who(1, 1));
      assertThat(told).containsExactly(NONE);
      first.say(new WorkerEvent.BecameReady(first.who));
      first.say(new WorkerEvent.ProbePassed(first.who));
      assertThat(pool.awaitHealthy(1, LONG)).isTrue();
      assertThat(told).containsExactly(NONE, SOME);
    }

    @Test
    void fillsSlotsAndShowsThem() throws Exception {
      keepTwo();
      List<WorkerResource> shown = pool.workers();
      assertThat(shown).extracting(WorkerResource::slot).containsExactly(0, 1);
      assertThat(shown).extracting(WorkerResource::state).containsOnly(WorkerStateName.ONLINE);
      assertThat(shown.getFirst().incarnation()).isEqualTo("5.1.1");
      assertThat(shown.getFirst().pid()).isEqualTo(workshop.process(who(1, 1)).pid());
      assertThat(shown.getFirst().requests()).isEqualTo(7);
      assertThat(shown.getFirst().rssBytes()).isEqualTo(4096);
    }

    @Test
    void refusesAFullSlot() throws Exception {
      keepTwo();
      assertThatThrownBy(() -> pool.keep(0, NEW)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void isNotHealthyWhileASlotIsEmpty() throws Exception {
      pool.keep(0, OLD);
      assertThat(pool.awaitHealthy(1, LONG)).isTrue();
      assertThat(pool.isHealthy(2)).isFalse();
      assertThat(pool.awaitHealthy(2, Duration.ofMillis(20))).isFalse();
    }

    @Test
    void aWorkerThatCrashesIsStartedAgainUnderTheNextNumber() throws Exception {
      keepTwo();
      FakeProcess first = workshop.process(who(1, 1));
      first.killedBy(Signal.SIGKILL);
      workshop.process(who(1, 2));
      assertThat(pool.awaitHealthy(2, LONG)).isTrue();
      WorkerResource shown = pool.workers().getFirst();
      assertThat(shown.incarnation()).isEqualTo("5.1.2");
      assertThat(shown.restarts()).isEqualTo(1);
      assertThat(shown.lastExit())
          .isEqualTo("killed by SIGKILL from outside, possibly the kernel's OOM killer");
      assertThat(first.disposed).isTrue();
      assertThat(inSlot(0)).as("its own generation").isEqualTo(OLD);
    }

    @Test
    void aWorkerThatServesAgainHasFallenAllTheSame() throws Exception {
      keepTwo();
      workshop.process(who(1, 1)).exit(4);
      workshop.process(who(1, 2));
      assertThat(pool.awaitHealthy(2, LONG)).isTrue();
      WorkerPool.Slot slot = java.util.Objects.requireNonNull(pool.slots().get(0));
      assertThat(slot.trouble()).isNull();
      assertThat(java.util.Objects.requireNonNull(slot.fell()).exit()).isEqualTo("exit code 4");
      assertThat(java.util.Objects.requireNonNull(pool.slots().get(1)).fell()).isNull();
    }

    @Test
    void settlesWhereAllStayWell() throws Exception {
      keepTwo();
      assertThat(pool.settle(OLD)).isEmpty();
      assertThat(pool.settle(NEW)).as("nobody runs it").isEmpty();
    }

    @Test
    void doesNotSettleWhereOneHasFallenThoughItServesAgain() throws Exception {
      keepTwo();
      workshop.process(who(1, 1)).exit(4);
      workshop.process(who(1, 2));
      assertThat(pool.awaitHealthy(2, LONG)).isTrue();

      assertThat(pool.settle(OLD).orElseThrow().exit()).isEqualTo("exit code 4");
      assertThat(pool.settle(NEW)).as("another generation's workers").isEmpty();
    }

    @Test
    void aWorkerThatCrashesAgainAndAgainRests() throws Exception {
      workshop.fault(OLD, Fault.CRASHES_WHEN_LET_IN);
      pool.keep(0, OLD);
      Await.until(
          () -> "errored: " + pool.workers(),
          () -> pool.workers().getFirst().state() == WorkerStateName.ERRORED);
      assertThat(workshop.processes()).hasSize(4);
      assertThat(pool.workers().getFirst().pid()).isNull();
      FailureResource trouble =
          java.util.Objects.requireNonNull(
              java.util.Objects.requireNonNull(pool.slots().get(0)).trouble());
      assertThat(trouble.exit()).isEqualTo("killed by SIGSEGV");
      assertThat(trouble.log()).containsExactly("last words of 5.1.4");
    }

    @Test
    void aWorkerThatTheHostCannotStartIsTriedAgainWithPauses() throws Exception {
      workshop.hostFault = new IOException("cannot start node: Cannot allocate memory");
      pool.keep(0, OLD);
      Await.until("trouble", () -> pool.slots().get(0).trouble() != null);
      workshop.hostFault = null;
      assertThat(pool.awaitHealthy(1, LONG)).isTrue();
    }

    @Test
    void theStoryNamesNoProcessThatIsGone() throws Exception {
      keepTwo();
      FakeProcess first = workshop.process(who(1, 1));
      first.killedBy(Signal.SIGKILL);
      assertThat(workshop.process(who(1, 2))).isNotNull();
      assertThat(pool.awaitHealthy(2, LONG)).isTrue();
      List<EventResource> launching =
          events.since(null).stream().filter(it -> it.type().equals("worker.launching")).toList();
      assertThat(launching).hasSize(3).allMatch(it -> !it.data().containsKey("pid"));
    }

    @Test
    void aBrokenFollowerOfEventsDoesNotEndSupervision() throws Exception {
      events.follow(_ -> {
        throw new IllegalStateException("a bug of the test's own");
      });
      keepTwo();
    }
  }

  @Nested
  final class Replacing {
    @Test
    void tellsTheOldOneToDrainOnlyOnceTheNewOneAccepts() throws Exception {
      keepTwo();
      assertThat(replace(0)).isEmpty();
      assertThat(inSlot(0)).isEqualTo(NEW);
      Await.until("the old one ended", () -> workshop.process(who(1, 1)).disposed);
      assertThat(workshop.orders)
          .containsSubsequence("5.3.1 accept", "5.1.1 drain", "5.1.1 terminate");
      assertThat(pool.workers()).hasSize(2);
      assertThat(pool.isHealthy(2)).isTrue();
    }

    @Test
    void aNewOneThatCrashesLeavesTheOldOneAlone() throws Exception {
      keepTwo();
      workshop.fault(NEW, Fault.CRASHES_AT_START);
      FailureResource failure = replace(0).orElseThrow();
      assertThat(failure.reason()).isEqualTo("WorkerCrashed");
      assertThat(failure.slot()).isZero();
      assertThat(failure.exit()).isEqualTo("exit code 7");
      assertThat(failure.probes()).containsExactly("503 in 1 ms");
      assertThat(failure.log()).containsExactly("last words of 5.3.1");
      theOldOneNeverNoticed();
    }

    private void theOldOneNeverNoticed() throws Exception {
      assertThat(inSlot(0)).isEqualTo(OLD);
      assertThat(workshop.orders).noneMatch(order -> order.matches("5\\.[12]\\.1 (drain|term.*)"));
      assertThat(workshop.process(who(1, 1)).accepting).isTrue();
      Await.until(() -> "no rest: " + pool.workers(), () -> pool.workers().size() == 2);
      assertThat(pool.isHealthy(2)).isTrue();
    }

    @Test
    void aNewOneThatCannotBeStartedIsTheReleasesFault() throws Exception {
      keepTwo();
      workshop.refusal = new Rejected(ErrorCode.COMMAND_INVALID, "there is no program 'nood'");
      FailureResource failure = replace(0).orElseThrow();
      assertThat(failure.reason()).isEqualTo("SpawnFailed");
      assertThat(failure.detail()).contains("there is no program 'nood'");
      theOldOneNeverNoticed();
    }

    @Test
    void aNewOneThatTheHostCannotStartIsTheHostsFault() throws Exception {
      keepTwo();
      workshop.hostFault = new IOException("cannot open the log: No space left on device");
      assertThat(replace(0).orElseThrow().reason()).isEqualTo("HostFault");
      theOldOneNeverNoticed();
    }

    @Test
    void aNewOneThatNeverListensIsGivenUp() throws Exception {
      pool = pool(Configs.app(Configs.roll(Duration.ofMillis(100), LONG), Duration.ofMillis(50)));
      keepTwo();
      workshop.fault(NEW, Fault.NEVER_LISTENS);
      FailureResource failure = replace(0).orElseThrow();
      assertThat(failure.reason()).isEqualTo("NeverListened");
      assertThat(failure.setting()).isEqualTo("healthy_deadline=100ms");
      theOldOneNeverNoticed();
    }

    /** Whether it is seen to accept before it falls is chance; both ways nothing is half done. */
    @Test
    void aNewOneThatFallsAsItIsLetInHasTheSlotOrTheOldOneKeepsIt() throws Exception {
      keepTwo();
      workshop.fault(NEW, Fault.CRASHES_WHEN_LET_IN);
      Optional<FailureResource> failure = replace(0);
      if (failure.isPresent()) {
        assertThat(failure.get().reason()).isEqualTo("WorkerCrashed");
        theOldOneNeverNoticed();
      } else {
        assertThat(inSlot(0)).isEqualTo(NEW);
        Await.until("the old one ended", () -> workshop.process(who(1, 1)).disposed);
      }
    }

    @Test
    void anEmptySlotIsFilled() throws Exception {
      assertThat(replace(0)).isEmpty();
      assertThat(inSlot(0)).isEqualTo(NEW);
    }

    @Test
    void showsTheNewOneBesideTheOldOneOldestFirst() throws Exception {
      keepTwo();
      workshop.fault(NEW, Fault.NEVER_LISTENS);
      CompletableFuture<Optional<FailureResource>> result = replacing(0);
      FakeProcess fresh = workshop.process(who(3, 1));
      Await.until(() -> "three: " + pool.workers(), () -> pool.workers().size() == 3);
      assertThat(pool.workers())
          .extracting(WorkerResource::incarnation)
          .containsExactly("5.1.1", "5.3.1", "5.2.1");
      fresh.exit(1);
      assertThat(result.get(20, TimeUnit.SECONDS)).isPresent();
    }

    @Test
    void noMoreThanSoManyDrainAtATime() throws Exception {
      workshop.fault(OLD, Fault.NEVER_DRAINS);
      for (int slot = 0; slot < Succession.MAX_DRAINING + 1; slot++) {
        pool.keep(slot, OLD);
      }
      assertThat(pool.awaitHealthy(Succession.MAX_DRAINING + 1, LONG)).isTrue();
      for (int slot = 0; slot < Succession.MAX_DRAINING; slot++) {
        assertThat(replace(slot)).isEmpty();
      }
      int started = workshop.processes().size();
      CompletableFuture<Optional<FailureResource>> result = replacing(Succession.MAX_DRAINING);
      assertThatThrownBy(() -> result.get(50, TimeUnit.MILLISECONDS))
          .isInstanceOf(java.util.concurrent.TimeoutException.class);
      assertThat(workshop.processes()).as("nothing started meanwhile").hasSize(started);
      workshop.process(who(1, 1)).say(new WorkerEvent.Drained(who(1, 1)));
      assertThat(result.get(20, TimeUnit.SECONDS)).isEmpty();
    }

    @Test
    void doesNotWaitForEverForThoseThatCannotBeEnded() throws Exception {
      pool = pool(Configs.app(Configs.roll(LONG, Duration.ofMillis(200)), Duration.ofMillis(50)));
      workshop.fault(OLD, Fault.NEVER_DRAINS);
      for (int slot = 0; slot < Succession.MAX_DRAINING; slot++) {
        pool.keep(slot, OLD);
        assertThat(pool.awaitHealthy(slot + 1, LONG)).as("it has something to drain").isTrue();
        assertThat(replace(slot)).isEmpty();
      }
      FailureResource failure = replace(0).orElseThrow();
      assertThat(failure.reason()).isEqualTo("ProgressDeadlineExceeded");
      assertThat(failure.setting()).isEqualTo("progress_deadline=200ms");
    }

    @Test
    void doesNotWaitForEverForOneThatIsNeitherInNorGone() throws Exception {
      pool = pool(Configs.app(Configs.roll(LONG, Duration.ofMillis(100)), Duration.ofMillis(50)));
      keepTwo();
      workshop.fault(NEW, Fault.NEVER_LISTENS);
      FailureResource failure = replace(0).orElseThrow();
      assertThat(failure.reason()).isEqualTo("ProgressDeadlineExceeded");
      assertThat(failure.detail()).contains("launching");
      theOldOneNeverNoticed();
    }

    @Test
    void interruptedItLeavesTheOldOneAloneAndStillShowsTheNewOne() throws Exception {
      keepTwo();
      workshop.fault(NEW, Fault.NEVER_LISTENS);
      CompletableFuture<Object> outcome = new CompletableFuture<>();
      Thread replacing =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  outcome.complete(replace(0));
                } catch (Exception e) {
                  outcome.completeExceptionally(e);
                }
              });
      workshop.process(who(3, 1));
      replacing.interrupt();
      assertThatThrownBy(() -> outcome.get(20, TimeUnit.SECONDS))
          .isInstanceOf(ExecutionException.class)
          .hasCauseInstanceOf(InterruptedException.class);
      assertThat(inSlot(0)).isEqualTo(OLD);
      assertThat(pool.workers()).hasSize(3);
      assertThat(pool.isHealthy(2)).isTrue();
    }
  }

  @Test
  void closingLeavesTheWorkersAlone() throws Exception {
    keepTwo();
    pool.stop();
    workshop.process(who(1, 1)).killedBy(Signal.SIGKILL);
    assertThat(workshop.processes()).hasSize(2).allMatch(it -> it.abandoned && !it.disposed);
    assertThat(workshop.orders).containsExactlyInAnyOrder("5.1.1 accept", "5.2.1 accept");
  }

  @Test
  void retiringDrainsAndGivesTheSlotUp() throws Exception {
    keepTwo();
    pool.retire(1);
    assertThat(pool.slots()).containsOnlyKeys(0);
    Await.until("gone", () -> workshop.process(who(2, 1)).disposed);
    assertThat(workshop.orders).containsSubsequence("5.2.1 drain", "5.2.1 terminate");
    Await.until("not shown any more", () -> pool.workers().size() == 1);
  }

  @Test
  void aWorkerThatFailsItsProbesIsInTroubleUntilItPassesOne() throws Exception {
    keepTwo();
    FakeProcess sick = workshop.process(who(1, 1));
    for (int i = 0; i < 3; i++) {
      sick.say(new WorkerEvent.ProbeFailed(sick.who, "503 in " + i + " ms"));
    }
    Await.until("trouble", () -> pool.slots().get(0).trouble() != null);
    assertThat(pool.isHealthy(2)).isFalse();
    assertThat(pool.slots().get(0).trouble().reason()).isEqualTo("WorkerUnhealthy");
    sick.say(new WorkerEvent.ProbePassed(sick.who));
    assertThat(pool.awaitHealthy(2, LONG)).isTrue();
  }

  @Test
  void aWorkerThatIsStoppedToBeStartedAgainIsInTrouble() throws Exception {
    pool = pool(Configs.app(Configs.roll(Duration.ofMillis(50), LONG), Duration.ofMillis(50)));
    workshop.fault(OLD, Fault.NEVER_LISTENS, Fault.IGNORES_TERM);
    pool.keep(0, OLD);
    Await.until("stopping", () -> pool.workers().getFirst().state() == WorkerStateName.STOPPING);
    assertThat(pool.slots().get(0).trouble()).isNotNull();
  }

  @Test
  void aFloodFromAWorkerNeitherBlocksItNorThePool() throws Exception {
    keepTwo();
    FakeProcess loud = workshop.process(who(1, 1));
    CompletableFuture<Object> flooded = new CompletableFuture<>();
    Thread.ofVirtual()
        .start(() -> {
          for (int i = 0; i < 50_000; i++) {
            loud.say(new WorkerEvent.BecameReady(loud.who));
            loud.say(new WorkerEvent.Accepting(loud.who));
            loud.say(new WorkerEvent.ProbeFailed(loud.who, "failure " + i));
          }
          flooded.complete(true);
        });
    assertThat(replace(0)).isEmpty();
    flooded.get(20, TimeUnit.SECONDS);
    Await.until("the loud one is gone", () -> loud.disposed);
  }
}
