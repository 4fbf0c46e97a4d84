package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.AppState;
import dev.pointsman.agent.deployment.Born;
import dev.pointsman.agent.deployment.Deployment;
import dev.pointsman.agent.deployment.DeploymentStatus;
import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.deployment.DeploymentStatus.Reverting;
import dev.pointsman.agent.deployment.DeploymentStatus.Running;
import dev.pointsman.agent.deployment.Order;
import dev.pointsman.agent.deployment.Standing;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.protocol.api.AppCondition;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentResource.PhaseTime;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Phase;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Instant;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** Renders what is shown of an app. Pure. */
final class AppView {
  private AppView() {}

  /** {@code deployment}, with {@code slots} as they are now. */
  static DeploymentResource deployment(Deployment deployment, Map<Integer, WorkerPool.Slot> slots) {
    DeploymentStatus status = deployment.status();
    return new DeploymentResource(
        deployment.id().toString(),
        deployment.id().app().value(),
        deployment.kind(),
        state(status),
        phase(deployment, done(deployment, slots)),
        deployment.from() == null ? null : deployment.from().release().value(),
        deployment.to().release().value(),
        deployment.requestedBy(),
        deployment.startedAt(),
        endedAt(status),
        done(deployment, slots),
        deployment.slots(),
        failure(status),
        deployment.timeline().stream()
            .map(phase -> new PhaseTime(phase.phase().toLowerCase(Locale.ROOT), phase.at()))
            .toList());
  }

  /** An app that the agent could not open, because of {@code why}. */
  static AppResource unmanaged(AppConfig config, String why) {
    return new AppResource(
        config.name().value(),
        AppCondition.DOWN,
        null,
        null,
        config.listening(),
        config.instances(),
        List.of(),
        null,
        List.of(
            "The agent does not manage this app; workers that run go on by themselves: " + why));
  }

  /** How {@code slots} are. */
  static AppCondition condition(
      AppState state, int instances, Map<Integer, WorkerPool.Slot> slots) {
    if (state.standing().stopped() != null && slots.isEmpty()) {
      return AppCondition.STOPPED;
    }
    if (state.wanted() == null && slots.isEmpty()) {
      return AppCondition.EMPTY;
    }
    long online = slots.values().stream().filter(WorkerPool.Slot::online).count();
    long well =
        slots.values().stream().filter(slot -> slot.online() && slot.trouble() == null).count();
    if (online == 0) {
      return AppCondition.DOWN;
    }
    return well >= instances ? AppCondition.HEALTHY : AppCondition.DEGRADED;
  }

  /** A release with its state. */
  static ReleaseResource release(
      StagedRelease release,
      AppState state,
      @Nullable ReleaseId current,
      @Nullable String tainted) {
    return new ReleaseResource(
        release.manifest().app().value(),
        release.id().value(),
        state.stateOf(release.id()),
        release.id().equals(current),
        release.manifest().sequence(),
        release.digest(),
        release.signers(),
        release.manifest().created(),
        release.stagedAt(),
        release.files(),
        release.bytes(),
        state.pinned().contains(release.id()),
        tainted);
  }

  private static DeploymentState state(DeploymentStatus status) {
    return switch (status) {
      case Running _ -> DeploymentState.RUNNING;
      case Reverting _ -> DeploymentState.REVERTING;
      case Over over -> over.outcome();
    };
  }

  private static Phase phase(Deployment deployment, int done) {
    return switch (deployment.status()) {
      case Running _ when isActivating(deployment) -> Phase.ACTIVATE;
      case Running _ when done == deployment.slots() -> Phase.VALIDATE;
      case Running _, Reverting _ -> Phase.ROLL;
      case Over _ -> Phase.COMMIT;
    };
  }

  private static boolean isActivating(Deployment deployment) {
    return deployment.timeline().getLast().phase().equals(Phase.ACTIVATE.name());
  }

  /** What holds of an operator's number of workers, where the file says {@code instances}. */
  static AppResource.@Nullable Scaled scaled(Standing standing, int instances) {
    Standing.Scaled holds = standing.scaled(instances);
    return holds == null ? null : new AppResource.Scaled(instances, holds.by(), holds.at());
  }

  /** Who stopped the app; null where nobody did. */
  static AppResource.@Nullable Stopped stopped(Standing standing) {
    Standing.Halted stopped = standing.stopped();
    return stopped == null ? null : new AppResource.Stopped(stopped.by(), stopped.at());
  }

  private static @Nullable Instant endedAt(DeploymentStatus status) {
    return status instanceof Over over ? over.at() : null;
  }

  private static @Nullable FailureResource failure(DeploymentStatus status) {
    return switch (status) {
      case Running _ -> null;
      case Reverting reverting -> reverting.cause();
      case Over over -> over.failure();
    };
  }

  /** Slots with which the deployment has done what it is to do; all of them once it is over. */
  private static int done(Deployment deployment, Map<Integer, WorkerPool.Slot> slots) {
    if (deployment.isOver()) {
      return deployment.slots();
    }
    Generation heading = deployment.heading();
    return switch (deployment.order()) {
      case Order.Stop _ -> Math.max(0, deployment.slots() - slots.size());
      case Order.Restart(_, Born since) ->
          (int)
              slots.values().stream()
                  .filter(slot -> slot.online() && AppPool.born(slot.incarnation()).isAfter(since))
                  .count();
      case Order.Roll _, Order.Scale _, Order.Start _ ->
          (int)
              slots.values().stream()
                  .filter(slot -> slot.online() && Objects.equals(slot.generation(), heading))
                  .count();
    };
  }
}
