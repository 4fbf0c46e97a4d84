package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.FakeWorkshop.FakeProcess;
import dev.pointsman.agent.worker.FakeWorkshop.Fault;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Clock;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** What becomes of workers when their app is removed, whatever was under way. */
@Timeout(60)
final class WithdrawalTest {
  private static final Generation OLD = new Generation(new ReleaseId("r1"), "aa".repeat(32));
  private static final Generation NEW = new Generation(new ReleaseId("r2"), "bb".repeat(32));
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final AppConfig CONFIG =
      Configs.app(
          Configs.roll(LONG, Duration.ofSeconds(10), Duration.ofMillis(300)),
          Duration.ofMillis(20));

  private final FakeWorkshop workshop = new FakeWorkshop();
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

  private static Incarnation who(long worker) {
    return new Incarnation(5, worker, 1);
  }

  private void keepTwo() throws Exception {
    pool.keep(0, OLD);
    pool.keep(1, OLD);
    assertThat(pool.awaitHealthy(2, LONG)).as("healthy").isTrue();
  }

  private void withdraw() throws Exception {
    pool.endUpkeep();
    pool.retireAll();
    assertThat(pool.awaitGone()).as("nobody stays").isEmpty();
    assertThat(pool.workers()).isEmpty();
    Await.until(
        () -> "all processes have ended: " + workshop.processes(),
        () -> workshop.processes().stream().allMatch(it -> it.ended && it.disposed));
  }

  @Test
  void nobodyStays() throws Exception {
    keepTwo();
    withdraw();
    assertThat(workshop.orders).contains("5.1.1 drain", "5.2.1 drain");
    assertThat(pool.slots()).isEmpty();
  }

  @Test
  void theNewWorkerOfARollThatWasInterruptedGoesToo() throws Exception {
    keepTwo();
    workshop.fault(NEW, Fault.NEVER_LISTENS);
    CompletableFuture<Boolean> interrupted = new CompletableFuture<>();
    Thread roll =
        Thread.ofVirtual()
            .start(() -> {
              try {
                boolean _ = pool.replace(0, NEW, false).isPresent();
                interrupted.complete(false);
              } catch (InterruptedException e) {
                interrupted.complete(true);
              }
            });
    FakeProcess fresh = workshop.process(who(3));
    roll.interrupt();
    assertThat(interrupted.get(20, TimeUnit.SECONDS)).isTrue();

    withdraw();
    assertThat(fresh.accepting).isFalse();
    assertThat(workshop.orders).as("it was never let in").doesNotContain("5.3.1 accept");
  }

  @Test
  void theNewWorkerOfARenewalThatWasInterruptedGoesToo() throws Exception {
    keepTwo();
    pool.tend(() -> false);
    workshop.fault(OLD, Fault.NEVER_LISTENS);
    FakeProcess sick = workshop.process(who(1));
    for (int i = 0; i < 3; i++) {
      sick.say(new WorkerEvent.ProbeFailed(sick.who, "503 in " + i + " ms"));
    }
    assertThat(workshop.process(who(3)).generation).isEqualTo(OLD);

    withdraw();
    assertThat(workshop.orders).as("it was never let in").doesNotContain("5.3.1 accept");
  }

  @Test
  void oneThatDrainsAlreadyIsNotToldTwice() throws Exception {
    workshop.fault(OLD, Fault.NEVER_DRAINS);
    keepTwo();
    assertThat(pool.replace(0, NEW, true)).isEmpty();
    Await.until("the old one drains", () -> workshop.orders.contains("5.1.1 drain"));
    pool.retireAll();
    Await.until("the other one drains", () -> workshop.orders.contains("5.2.1 drain"));
    workshop.process(who(1)).say(new WorkerEvent.Drained(who(1)));
    workshop.process(who(2)).say(new WorkerEvent.Drained(who(2)));

    withdraw();
    assertThat(workshop.orders).filteredOn("5.1.1 drain"::equals).hasSize(1);
  }
}
