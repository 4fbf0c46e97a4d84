package dev.pointsman.agent.deployment;

import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import java.io.IOException;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;

/**
 * Carries a deployment out, step by step: asks the planner, acts, and writes the outcome down
 * before anything may rely on it.
 */
final class DeploymentRunner {
  /** Where outcomes go; {@link #append} returns when the entry is on disk. */
  interface Log {
    void append(DeploymentEntry entry) throws IOException;
  }

  private final Pool pool;
  private final Links links;
  private final Log log;
  private final InstantSource clock;

  DeploymentRunner(Pool pool, Links links, Log log, InstantSource clock) {
    this.pool = pool;
    this.links = links;
    this.log = log;
    this.clock = clock;
  }

  /** Runs {@code deployment} to its end, or resumes it. Blocking is the point. */
  Deployment run(Deployment deployment) throws IOException, InterruptedException {
    while (!deployment.isOver()) {
      DeploymentEntry outcome = perform(deployment);
      log.append(outcome);
      deployment = deployment.after(outcome);
    }
    return deployment;
  }

  private DeploymentEntry perform(Deployment deployment) throws InterruptedException {
    DeploymentId id = deployment.id();
    try {
      return switch (DeploymentPlanner.next(
          deployment, new Observed(links.current(), pool.observe()))) {
        case Step.Flip(var release) -> {
          links.flip(release);
          yield new DeploymentEntry.Flipped(id, release, clock.instant());
        }
        case Step.Replace(int slot, var generation, var gate) -> {
          Optional<FailureResource> failure = pool.replace(slot, generation, gate);
          yield failure.isPresent()
              ? new DeploymentEntry.Failed(id, failure.get(), clock.instant())
              : new DeploymentEntry.SlotReplaced(id, slot, generation, clock.instant());
        }
        case Step.Start(var slots, var generation, var gate) -> {
          Optional<FailureResource> failure = pool.start(slots, generation, gate);
          yield failure.isPresent()
              ? new DeploymentEntry.Failed(id, failure.get(), clock.instant())
              : new DeploymentEntry.SlotsStarted(id, generation, clock.instant());
        }
        case Step.Retire(int slot) -> {
          pool.retire(slot);
          yield new DeploymentEntry.SlotRetired(id, slot, clock.instant());
        }
        case Step.Fail(var failure) -> new DeploymentEntry.Failed(id, failure, clock.instant());
        case Step.End(var outcome) -> {
          Optional<FailureResource> failure =
              outcome == DeploymentState.SUCCESSFUL ? validate(deployment) : Optional.empty();
          yield failure.isPresent()
              ? new DeploymentEntry.Failed(id, failure.get(), clock.instant())
              : new DeploymentEntry.Ended(id, outcome, clock.instant());
        }
      };
    } catch (IOException e) {
      if (Thread.interrupted()) { // File operations fail with it: not the host, the agent stops.
        throw new InterruptedException("stopped in " + id);
      }
      return new DeploymentEntry.Failed(id, hostFault(e), clock.instant());
    }
  }

  /**
   * The last slot was let in a moment ago, and with one slot it is all there is: a release that
   * falls at its first request must not be called good. What has proved itself before need not
   * wait. An app is stopped once its last worker is gone.
   */
  private Optional<FailureResource> validate(Deployment deployment) throws InterruptedException {
    if (deployment.order() instanceof Order.Stop) {
      return pool.awaitGone();
    }
    boolean proved =
        deployment.kind() == DeploymentKind.ROLLBACK || deployment.to().equals(deployment.from());
    return proved ? Optional.empty() : pool.settle(deployment.to());
  }

  private static FailureResource hostFault(IOException e) {
    return new FailureResource(
        Reason.HOST_FAULT.wire(),
        String.valueOf(e.getMessage()),
        null,
        null,
        null,
        List.of(),
        List.of(),
        Reason.HOST_FAULT.remedy());
  }
}
