package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.FakeWorkshop.FakeProcess;
import dev.pointsman.agent.worker.FakeWorkshop.Fault;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.ExitResource;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of workers that ail while nobody deploys. */
@Timeout(60)
final class UpkeepTest {
  private static final Generation OLD = new Generation(new ReleaseId("r1"), "aa".repeat(32));
  private static final Generation NEW = new Generation(new ReleaseId("r2"), "bb".repeat(32));
  private static final Duration LONG = Duration.ofSeconds(20);

  private final FakeWorkshop workshop = new FakeWorkshop();
  private final EventLog events = new EventLog(Clock.systemUTC());
  private final AtomicBoolean deploying = new AtomicBoolean();
  private WorkerPool pool = pool(Optional.empty(), Optional.empty());

  private WorkerPool pool(Optional<Long> maxMemory, Optional<Duration> maxLifetime) {
    return pool(config(Duration.ofMillis(20), Duration.ofSeconds(60), maxMemory, maxLifetime));
  }

  private static AppConfig config(
      Duration interval,
      Duration cooldown,
      Optional<Long> maxMemory,
      Optional<Duration> maxLifetime) {
    return Configs.app(
        Configs.roll(Duration.ofMillis(500), LONG, Duration.ofMillis(300)),
        interval,
        cooldown,
        maxMemory,
        maxLifetime);
  }

  private WorkerPool pool(AppConfig config) {
    return new WorkerPool(
        config, workshop, 5, Clock.systemUTC(), new WorkerStory(config.name(), events));
  }

  @AfterEach
  void stop() throws Exception {
    pool.stop();
  }

  private static Incarnation who(long worker) {
    return new Incarnation(5, worker, 1);
  }

  private void keep(int slots) throws Exception {
    for (int slot = 0; slot < slots; slot++) {
      pool.keep(slot, OLD);
    }
    assertThat(pool.awaitHealthy(slots, LONG)).as("healthy").isTrue();
    pool.tend(deploying::get);
  }

  private static void failProbes(FakeProcess worker) {
    for (int i = 0; i < 3; i++) {
      worker.say(new WorkerEvent.ProbeFailed(worker.who, "503 in " + i + " ms"));
    }
  }

  private WorkerResource shown(int slot) {
    return pool.workers().stream().filter(it -> it.slot() == slot).findFirst().orElseThrow();
  }

  private void awaitReplaced(int slot, Incarnation old) throws Exception {
    Await.until(
        () -> "slot " + slot + " has another worker: " + pool.workers(),
        () -> pool.workers().stream().noneMatch(it -> it.incarnation().equals(old.toString())));
    assertThat(pool.awaitHealthy(pool.slots().size(), LONG)).isTrue();
  }

  /** The slot has its new worker a moment before that is counted. */
  private void awaitCounted(String cause) throws Exception {
    Await.until(
        () -> cause + " is counted: " + pool.upkeep(),
        () -> pool.upkeep().replaced().containsKey(cause));
  }

  @Test
  void aWorkerThatFailsItsProbesIsReplacedNewBeforeOld() throws Exception {
    keep(2);
    failProbes(workshop.process(who(1)));
    awaitReplaced(0, who(1));
    assertThat(workshop.orders)
        .containsSubsequence("5.3.1 accept", "5.1.1 drain", "5.1.1 terminate");
    assertThat(workshop.process(who(3)).generation).isEqualTo(OLD);
    ExitResource exit = Objects.requireNonNull(shown(0).exit());
    assertThat(exit.cause()).isEqualTo(ExitCause.UNHEALTHY);
    assertThat(exit.log()).containsExactly("last words of 5.1.1");
    Await.until(
        () -> "it is told: " + events.since(null),
        () -> events.since(null).stream().anyMatch(it -> it.type().equals("worker.replaced")));
    assertThat(events.since(null)).extracting(it -> it.type()).contains("worker.replacing");
    assertThat(pool.upkeep().replaced()).containsEntry("unhealthy", 1L);
  }

  @Test
  void aWorkerThatIsBackInTimeIsNotReplaced() throws Exception {
    keep(1);
    workshop.fault(OLD, Fault.NEVER_LISTENS);
    FakeProcess sick = workshop.process(who(1));
    failProbes(sick);
    FakeProcess fresh = workshop.process(who(2));
    sick.say(new WorkerEvent.ProbePassed(sick.who));
    Await.until("the new one is given up", () -> fresh.disposed);
    assertThat(sick.accepting).isTrue();
    assertThat(workshop.orders).noneMatch(order -> order.startsWith("5.1.1 drain"));
    assertThat(pool.upkeep().failed()).as("no attempt that failed").isZero();
  }

  @Test
  void aWorkerThatGoesBackAndForthIsNotTriedToReplaceWithoutPause() throws Exception {
    keep(1);
    workshop.fault(OLD, Fault.NEVER_LISTENS);
    FakeProcess sick = workshop.process(who(1));
    failProbes(sick);
    FakeProcess fresh = workshop.process(who(2));
    sick.say(new WorkerEvent.ProbePassed(sick.who));
    Await.until("the new one is given up", () -> fresh.disposed);

    failProbes(sick);
    Await.until(() -> "it waits: " + pool.upkeep(), () -> pool.upkeep().waiting() != null);
    assertThat(workshop.processes()).as("no third one").hasSize(2);
    assertThat(pool.upkeep().failed()).as("no attempt that failed").isZero();
  }

  @Test
  void aHungWorkerIsKilledOnceAnotherServes() throws Exception {
    workshop.fault(OLD, Fault.NEVER_DRAINS, Fault.IGNORES_TERM);
    keep(2);
    FakeProcess hung = workshop.process(who(2));
    hung.say(new WorkerEvent.Hung(hung.who, "It shows no life."));
    awaitReplaced(1, who(2));
    assertThat(workshop.orders)
        .containsSubsequence("5.3.1 accept", "5.2.1 drain", "5.2.1 kill")
        .doesNotContain("5.2.1 terminate");
    assertThat(Objects.requireNonNull(shown(1).exit()).killed()).isTrue();
  }

  @Test
  void whereAllHangNobodyIsSaidToAccept() throws Exception {
    keep(1);
    AtomicBoolean accepts = new AtomicBoolean();
    pool.tellAcceptance(now -> accepts.set(now == Acceptance.SOME));
    assertThat(accepts).isTrue();
    workshop.fault(OLD, Fault.NEVER_LISTENS);
    FakeProcess hung = workshop.process(who(1));
    hung.say(new WorkerEvent.Hung(hung.who, "It shows no life."));
    Await.until("nobody accepts", () -> !accepts.get());
    hung.say(new WorkerEvent.Recovered(hung.who));
    Await.until("it accepts again", accepts::get);
    assertThat(hung.accepting).isTrue();
  }

  @Test
  void theStoryTellsThroughWhomAWorkerEnded() throws Exception {
    keep(2);
    workshop.process(who(1)).exit(7);
    failProbes(workshop.process(who(2)));
    awaitReplaced(1, who(2));
    assertThat(pool.awaitHealthy(2, LONG)).isTrue();
    assertThat(events.since(null))
        .anyMatch(it ->
            it.type().equals("worker.backing_off")
                && "exit code 7".equals(it.data().get("exit"))
                && "itself".equals(it.data().get("cause")))
        .anyMatch(it ->
            it.type().equals("worker.stopped")
                && "unhealthy".equals(it.data().get("cause"))
                && it.message().contains("it failed its probes and was replaced"));
  }

  /** All fail their probes, and so does every new one: the outage is not theirs. */
  @Test
  void inAnOutageThatAllShareNobodyIsStoppedAndAttemptsBecomeRare() throws Exception {
    keep(3);
    workshop.fault(OLD, Fault.NEVER_LISTENS);
    for (int worker = 1; worker <= 3; worker++) {
      failProbes(workshop.process(who(worker)));
    }
    Await.until(() -> "it waits: " + pool.upkeep(), () -> pool.upkeep().waiting() != null);
    assertThat(pool.upkeep().failed()).isEqualTo(1);
    assertThat(pool.upkeep().waiting())
        .contains("not before", "1 new workers in a row did not come up", "did not listen")
        .contains("3 probes in a row");
    assertThat(workshop.processes()).as("one attempt, for all three").hasSize(4);
    for (int worker = 1; worker <= 3; worker++) {
      assertThat(workshop.process(who(worker)).accepting).isTrue();
    }
    assertThat(workshop.orders).noneMatch(order -> order.contains("drain"));
  }

  @Test
  void neverReplacesTwoAtATime() throws Exception {
    keep(3);
    workshop.fault(OLD, Fault.NEVER_LISTENS);
    for (int worker = 1; worker <= 3; worker++) {
      workshop.process(who(worker)).say(new WorkerEvent.Hung(who(worker), "no life"));
    }
    FakeProcess first = workshop.process(who(4));
    assertThat(workshop.processes()).hasSize(4);
    workshop.fault(OLD);
    first.say(new WorkerEvent.ProbePassed(first.who));
    Await.until(
        () -> "all three were replaced: " + pool.upkeep(),
        () -> pool.upkeep().replaced().getOrDefault("hung", 0L) == 3);
  }

  @Nested
  final class OfMemory {
    @Test
    void aSpikeIsNoReason() throws Exception {
      pool = pool(Optional.of(100L << 20), Optional.empty());
      keep(1);
      FakeProcess worker = workshop.process(who(1));
      worker.resident = 200L << 20;
      Await.until("weighed", () -> worker.weighed.get() >= 1);
      worker.resident = 50L << 20;
      int before = worker.weighed.get();
      Await.until("weighed again and again", () -> worker.weighed.get() > before + 8);
      assertThat(workshop.processes()).hasSize(1);
    }

    @Test
    void tooMuchForLongIs() throws Exception {
      pool = pool(Optional.of(100L << 20), Optional.empty());
      keep(2);
      workshop.process(who(2)).resident = 200L << 20;
      awaitReplaced(1, who(2));
      assertThat(Objects.requireNonNull(shown(1).exit()).cause()).isEqualTo(ExitCause.MEMORY);
      awaitCounted("memory");
      assertThat(pool.upkeep().replaced()).containsExactly(java.util.Map.entry("memory", 1L));
    }
  }

  @Test
  void oldWorkersAreReplacedOneAfterTheOther() throws Exception {
    pool = pool(Optional.empty(), Optional.of(Duration.ofSeconds(1)));
    Instant begin = Instant.now();
    keep(2);
    awaitReplaced(0, who(1));
    awaitReplaced(1, who(2));
    assertThat(Duration.between(begin, Instant.now())).isGreaterThan(Duration.ofMillis(900));
    Await.until(
        () -> "both are counted: " + pool.upkeep(),
        () -> pool.upkeep().replaced().getOrDefault("lifetime", 0L) >= 2);
    assertThat(workshop.orders).containsSubsequence("5.3.1 accept", "5.4.1 accept");
  }

  /** A reload counts for what is decided from then on, also of workers that run. */
  @Nested
  final class AfterAReload {
    private static final Duration QUICK = Duration.ofMillis(20);
    private static final Duration HOUR = Duration.ofHours(1);
    private static final Optional<Long> LIMIT = Optional.of(100L << 20);

    @Test
    void aNewLimitGoesForWorkersThatRun() throws Exception {
      keep(1);
      FakeProcess worker = workshop.process(who(1));
      worker.resident = 200L << 20;
      Await.until("weighed, and left alone", () -> worker.weighed.get() > 5);
      pool.configure(config(QUICK, HOUR, LIMIT, Optional.empty()));
      awaitReplaced(0, who(1));
      assertThat(Objects.requireNonNull(shown(0).exit()).cause()).isEqualTo(ExitCause.MEMORY);
    }

    @Test
    void aLimitThatWasRaisedLeavesAWorkerAlone() throws Exception {
      pool = pool(LIMIT, Optional.empty());
      deploying.set(true); // So that it is weighed, and not replaced.
      keep(1);
      FakeProcess worker = workshop.process(who(1));
      worker.resident = 200L << 20;
      Await.until("it is too large", () -> worker.weighed.get() > 5);
      pool.configure(config(QUICK, HOUR, Optional.of(300L << 20), Optional.empty()));
      deploying.set(false);
      int before = worker.weighed.get();
      Await.until("weighed again and again", () -> worker.weighed.get() > before + 8);
      assertThat(workshop.processes()).hasSize(1);
    }

    @Test
    void aShorterIntervalCountsFromNowOn() throws Exception {
      pool = pool(config(HOUR, HOUR, LIMIT, Optional.empty()));
      keep(1);
      workshop.process(who(1)).resident = 200L << 20;
      pool.configure(config(QUICK, HOUR, LIMIT, Optional.empty()));
      awaitReplaced(0, who(1));
    }

    @Test
    void aShorterCooldownEndsAPauseSooner() throws Exception {
      pool = pool(config(QUICK, HOUR, Optional.empty(), Optional.empty()));
      keep(1);
      workshop.fault(OLD, Fault.NEVER_LISTENS);
      failProbes(workshop.process(who(1)));
      Await.until(() -> "it waits: " + pool.upkeep(), () -> pool.upkeep().waiting() != null);
      workshop.fault(OLD);
      pool.configure(config(QUICK, QUICK, Optional.empty(), Optional.empty()));
      awaitReplaced(0, who(1));
      awaitCounted("unhealthy");
      assertThat(pool.upkeep().replaced()).containsEntry("unhealthy", 1L);
    }
  }

  @Nested
  final class BesideADeployment {
    @Test
    void nobodyIsReplacedWhileOneIsInProgress() throws Exception {
      deploying.set(true);
      keep(1);
      failProbes(workshop.process(who(1)));
      assertThat(pool.replace(0, NEW, false)).isEmpty();
      assertThat(workshop.processes()).hasSize(2);
      assertThat(pool.upkeep().replaced()).isEmpty();
    }

    /** The slot's claim is seen before the deployment is written down. */
    @Test
    void nothingIsToldOfARenewalThatMayNotBegin() throws Exception {
      keep(2);
      workshop.fault(NEW, Fault.NEVER_LISTENS);
      CompletableFuture<Optional<FailureResource>> roll = new CompletableFuture<>();
      Thread.ofVirtual()
          .start(() -> {
            try {
              roll.complete(pool.replace(1, NEW, false));
            } catch (InterruptedException e) {
              roll.completeExceptionally(e);
            }
          });
      FakeProcess fresh = workshop.process(who(3));
      FakeProcess sick = workshop.process(who(1));
      failProbes(sick);
      Await.until("it is in trouble", () -> pool.slots().get(0).trouble() != null);
      int before = sick.weighed.get();
      Await.until("it was looked at since", () -> sick.weighed.get() > before + 2);
      assertThat(events.since(null))
          .extracting(it -> it.type())
          .doesNotContain("worker.replacing", "worker.not_replaced");
      fresh.exit(1);
      assertThat(roll.get(20, TimeUnit.SECONDS)).isPresent();
    }

    @Test
    void aRenewalThatIsUnderWayGivesWay() throws Exception {
      keep(1);
      workshop.fault(OLD, Fault.NEVER_LISTENS);
      failProbes(workshop.process(who(1)));
      FakeProcess fresh = workshop.process(who(2));
      assertThat(pool.replace(0, NEW, false)).isEmpty();
      assertThat(Objects.requireNonNull(pool.slots().get(0)).generation()).isEqualTo(NEW);
      Await.until("the renewal's worker is gone", () -> fresh.disposed);
      assertThat(List.copyOf(workshop.orders)).noneMatch(order -> order.equals("5.2.1 accept"));
    }
  }
}
