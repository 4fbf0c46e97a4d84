package dev.pointsman.agent.deployment;

import static dev.pointsman.agent.deployment.Samples.NEW;
import static dev.pointsman.agent.deployment.Samples.OLD;
import static dev.pointsman.agent.deployment.Samples.WEB;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.deployment.FakeHost.Place;
import dev.pointsman.agent.deployment.Pool.SlotView;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
final class DeploymentsTest {
  private static final Duration LONG = Duration.ofSeconds(20);

  @TempDir Path directory;
  private final FakeHost host = new FakeHost();
  private final List<DeploymentEntry> told = new CopyOnWriteArrayList<>();
  private volatile int instances = 2;
  private @Nullable AppLedger ledger;
  private @Nullable Deployments deployments;

  private final class Releases implements Deployments.Catalog {
    @Override
    public Generation prepare(ReleaseId release) throws Rejected {
      for (Generation known : List.of(OLD, NEW)) {
        if (known.release().equals(release)) {
          return known;
        }
      }
      throw new Rejected(ErrorCode.RELEASE_UNKNOWN, release + " is not here.");
    }

    @Override
    public void check(Generation generation) throws Rejected {
      prepare(generation.release());
    }
  }

  @BeforeEach
  void start() throws Exception {
    ledger = AppLedger.open(directory.resolve("journal"));
    deployments = make(host);
    deployments.start();
  }

  private Deployments make(Links links) {
    return new Deployments(
        new Deployments.Parts(
            WEB,
            ledger(),
            host,
            links,
            new Releases(),
            (entry, after) -> told.add(entry),
            Samples.ticking(),
            () -> new Deployments.Settings(instances, 1, 8, true)));
  }

  @AfterEach
  void stop() throws Exception {
    deployments().stop();
    ledger().close();
  }

  private AppLedger ledger() {
    return java.util.Objects.requireNonNull(ledger);
  }

  private Deployments deployments() {
    return java.util.Objects.requireNonNull(deployments);
  }

  private Over deploy(Generation to) throws Exception {
    DeploymentId id = deployments().deploy(to.release(), false, "ci").id();
    return await(id);
  }

  private Over await(DeploymentId id) throws Exception {
    deployments().await(id, LONG);
    DeploymentStatus status = ledger().state().deployment(id).orElseThrow().status();
    assertThat(status).isInstanceOf(Over.class);
    return (Over) status;
  }

  private static void refused(ErrorCode code, ThrowingCallable call) {
    assertThatThrownBy(call)
        .isInstanceOfSatisfying(
            Rejected.class, it -> assertThat(it.code()).as(it.detail()).isEqualTo(code));
  }

  @Test
  void deploysAndTells() throws Exception {
    assertThat(deploy(NEW).outcome()).isEqualTo(DeploymentState.SUCCESSFUL);
    assertThat(host.running()).containsExactly(NEW);
    assertThat(told)
        .extracting(entry -> entry.getClass().getSimpleName())
        .containsExactly("Begun", "Flipped", "SlotReplaced", "SlotReplaced", "Ended");
    assertThat(ledger().state().latest().orElseThrow().requestedBy()).isEqualTo("ci");
  }

  @Test
  void refusesWhatIsNotHere() {
    refused(
        ErrorCode.RELEASE_UNKNOWN,
        () -> deployments().deploy(new ReleaseId("nowhere"), false, "ci"));
  }

  @Test
  void refusesABadReleaseUnlessForced() throws Exception {
    deploy(OLD);
    host.failing.add(new Place(0, NEW));
    assertThat(deploy(NEW).outcome()).isEqualTo(DeploymentState.REVERTED);
    refused(ErrorCode.RELEASE_BAD, () -> deployments().deploy(NEW.release(), false, "ci"));
    host.failing.clear();
    DeploymentId id = deployments().deploy(NEW.release(), true, "ci").id();
    assertThat(await(id).outcome()).isEqualTo(DeploymentState.SUCCESSFUL);
  }

  @Test
  void refusesWhileThePoolIsNotHealthyUnlessForced() throws Exception {
    deploy(OLD);
    host.slots.put(
        1, new SlotView(OLD, Samples.failure(Reason.WORKER_CRASHED, "it fell"), null, Born.NEVER));
    refused(ErrorCode.POOL_UNHEALTHY, () -> deployments().deploy(NEW.release(), false, "ci"));
    host.slots.remove(1);
    refused(ErrorCode.POOL_UNHEALTHY, () -> deployments().deploy(NEW.release(), false, "ci"));
    DeploymentId id = deployments().deploy(NEW.release(), true, "ci").id();
    assertThat(await(id).outcome()).isEqualTo(DeploymentState.SUCCESSFUL);
  }

  @Test
  void refusesASecondOneWhileOneRuns() throws Exception {
    CountDownLatch goOn = new CountDownLatch(1);
    host.afterEffect = () -> awaitLatch(goOn);
    DeploymentId id = deployments().deploy(NEW.release(), false, "ci").id();
    try {
      refused(
          ErrorCode.DEPLOYMENT_IN_PROGRESS, () -> deployments().deploy(NEW.release(), true, "ci"));
      long start = System.nanoTime();
      deployments().await(id, Duration.ofMillis(50));
      assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(ofMillis(50), LONG);
      assertThat(ledger().state().running()).isNotNull();
    } finally {
      goOn.countDown();
    }
    assertThat(await(id).outcome()).isEqualTo(DeploymentState.SUCCESSFUL);
  }

  private static Duration ofMillis(long millis) {
    return Duration.ofMillis(millis);
  }

  private static void awaitLatch(CountDownLatch latch) {
    try {
      assertThat(latch.await(20, TimeUnit.SECONDS)).as("let go on").isTrue();
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void rollsBackToTheReleaseBefore() throws Exception {
    deploy(OLD);
    deploy(NEW);
    DeploymentId id = deployments().rollback(null, "op").id();
    assertThat(await(id).outcome()).isEqualTo(DeploymentState.SUCCESSFUL);
    assertThat(host.running()).containsExactly(OLD);
  }

  @Test
  void refusesARollbackToNothing() throws Exception {
    refused(ErrorCode.NOTHING_TO_ROLL_BACK_TO, () -> deployments().rollback(null, "op"));
    deploy(NEW);
    refused(ErrorCode.NOTHING_TO_ROLL_BACK_TO, () -> deployments().rollback(null, "op"));
    refused(ErrorCode.NOTHING_TO_ROLL_BACK_TO, () -> deployments().rollback(OLD.release(), "op"));
  }

  @Test
  void resumesWhatAnEarlierRunBegan() throws Exception {
    deployments().stop();
    ledger().append(Samples.begun(null, NEW, 2));
    deployments = make(host);
    deployments().start();
    assertThat(await(Samples.id(1)).outcome()).isEqualTo(DeploymentState.SUCCESSFUL);
  }

  @Test
  void refusesWhileItStopsAndLeavesTheRestToTheNextRun() throws Exception {
    deployments().stop();
    refused(ErrorCode.AGENT_STOPPING, () -> deployments().deploy(NEW.release(), false, "ci"));
    assertThat(ledger().state().count()).isZero();
  }

  @Test
  void beingStoppedInTheMiddleOfAFlipIsNoHostFault() throws Exception {
    deployments().stop();
    CountDownLatch flipping = new CountDownLatch(1);
    AtomicBoolean interrupted = new AtomicBoolean();
    Links slow =
        new Links() {
          @Override
          public @Nullable ReleaseId current() {
            return null;
          }

          @Override
          public void flip(@Nullable ReleaseId release) throws IOException {
            flipping.countDown();
            try {
              new CountDownLatch(1).await();
            } catch (InterruptedException e) {
              interrupted.set(true);
              Thread.currentThread().interrupt();
              throw new ClosedByInterruptException(); // As a file channel does.
            }
          }
        };
    deployments = make(slow);
    deployments().start();
    deployments().deploy(NEW.release(), false, "ci");
    awaitLatch(flipping);
    deployments().stop();
    assertThat(interrupted).isTrue();
    Deployment left = java.util.Objects.requireNonNull(ledger().state().running());
    assertThat(left.status()).isEqualTo(new DeploymentStatus.Running(false));
    assertThat(ledger().isReadonly()).isFalse();
    assertThat(deployments().isWorking()).as("the next run of the agent goes on").isTrue();
  }

  @Test
  void saysReadonlyOnceTheJournalCannotBeWritten() throws Exception {
    ledger().close(); // The next write fails.
    refused(ErrorCode.AGENT_READONLY, () -> deployments().deploy(NEW.release(), false, "ci"));
    refused(ErrorCode.AGENT_READONLY, () -> deployments().deploy(NEW.release(), false, "ci"));
    assertThat(ledger().isReadonly()).isTrue();
    assertThat(host.done).isEmpty();
  }

  @Test
  void stopsWhereItIsWhenTheJournalFailsInTheMiddle() throws Exception {
    host.afterEffect =
        () -> {
          try {
            ledger().close();
          } catch (IOException e) {
            throw new IllegalStateException(e);
          }
        };
    DeploymentId id = deployments().deploy(NEW.release(), false, "ci").id();
    deployments().await(id, LONG);
    refused(ErrorCode.AGENT_READONLY, () -> deployments().deploy(NEW.release(), false, "ci"));
    assertThat(host.done).containsExactly(new Step.Flip(NEW.release()));
    assertThat(ledger().state().running()).as("it is not over").isNotNull();
    assertThat(deployments().isWorking()).as("but nobody goes on with it").isFalse();
  }

  @Test
  void aBugClosesTheAppAndSaysSo() throws Exception {
    host.afterEffect =
        () -> {
          throw new IllegalStateException("a bug of the test's own");
        };
    DeploymentId id = deployments().deploy(NEW.release(), false, "ci").id();
    deployments().await(id, LONG);
    refused(ErrorCode.INTERNAL, () -> deployments().deploy(NEW.release(), false, "ci"));
    assertThat(deployments().isWorking()).as("nobody goes on with it").isFalse();
  }

  @Test
  void restartsAllOrOne() throws Exception {
    deploy(NEW);
    assertThat(await(deployments().restart(null, "ops").id()).outcome())
        .isEqualTo(DeploymentState.SUCCESSFUL);
    assertThat(host.replaced).hasSize(4);
    await(deployments().restart(1, "ops").id());
    assertThat(host.replaced).hasSize(5).last().isEqualTo(new Place(1, NEW));
    refused(ErrorCode.REQUEST_INVALID, () -> deployments().restart(2, "ops"));
    refused(ErrorCode.REQUEST_INVALID, () -> deployments().restart(-1, "ops"));
  }

  @Test
  void restartsWorkersThatAreNotWell() throws Exception {
    deploy(NEW);
    host.slots.put(
        1, new SlotView(NEW, Samples.failure(Reason.WORKER_CRASHED, "it fell"), null, Born.NEVER));
    assertThat(await(deployments().restart(null, "ops").id()).outcome())
        .isEqualTo(DeploymentState.SUCCESSFUL);
  }

  @Test
  void anOperatorsNumberHoldsUntilTheFileNamesAnother() throws Exception {
    deploy(OLD);
    assertThat(await(deployments().scale(4, "ops").id()).outcome())
        .isEqualTo(DeploymentState.SUCCESSFUL);
    assertThat(host.slots).hasSize(4);
    deploy(NEW);
    assertThat(host.slots).as("after a deployment").hasSize(4);
    instances = 3;
    deploy(OLD);
    assertThat(host.slots).as("when the file says 3").hasSize(3);
    instances = 2;
    assertThat(ledger().state().standing().slots(instances)).isEqualTo(4);
  }

  @Test
  void refusesNumbersOutOfBounds() throws Exception {
    deploy(OLD);
    refused(ErrorCode.REQUEST_INVALID, () -> deployments().scale(0, "ops"));
    refused(ErrorCode.REQUEST_INVALID, () -> deployments().scale(9, "ops"));
    assertThat(await(deployments().scale(8, "ops").id()).outcome())
        .isEqualTo(DeploymentState.SUCCESSFUL);
  }

  @Test
  void whatIsStoppedIsOnlyStarted() throws Exception {
    deploy(OLD);
    deploy(NEW);
    await(deployments().stop("ops").id());
    assertThat(host.slots).isEmpty();
    refused(ErrorCode.APP_STOPPED, () -> deployments().deploy(OLD.release(), true, "ci"));
    refused(ErrorCode.APP_STOPPED, () -> deployments().rollback(null, "ci"));
    refused(ErrorCode.APP_STOPPED, () -> deployments().restart(null, "ci"));
    refused(ErrorCode.APP_STOPPED, () -> deployments().scale(3, "ci"));
    await(deployments().stop("another").id());
    assertThat(java.util.Objects.requireNonNull(ledger().state().standing().stopped()).by())
        .isEqualTo("ops");
    assertThat(await(deployments().start(null, "ops").id()).outcome())
        .isEqualTo(DeploymentState.SUCCESSFUL);
    assertThat(host.running()).containsExactly(NEW);
    assertThat(await(deployments().start(null, "ops").id()).outcome())
        .as("once more")
        .isEqualTo(DeploymentState.SUCCESSFUL);
  }

  @Test
  void startsWithAnotherReleaseOnlyWhatIsStopped() throws Exception {
    deploy(OLD);
    refused(ErrorCode.REQUEST_INVALID, () -> deployments().start(NEW.release(), "ops"));
    await(deployments().stop("ops").id());
    await(deployments().start(NEW.release(), "ops").id());
    assertThat(host.running()).containsExactly(NEW);
    assertThat(ledger().state().wanted()).isEqualTo(NEW);
  }

  @Test
  void refusesOrdersWhereNothingWasDeployed() {
    refused(ErrorCode.APP_EMPTY, () -> deployments().restart(null, "ops"));
    refused(ErrorCode.APP_EMPTY, () -> deployments().scale(3, "ops"));
    refused(ErrorCode.APP_EMPTY, () -> deployments().stop("ops"));
    refused(ErrorCode.APP_EMPTY, () -> deployments().start(null, "ops"));
  }
}
