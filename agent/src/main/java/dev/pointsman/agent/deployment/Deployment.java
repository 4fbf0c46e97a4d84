package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.deployment.DeploymentStatus.Reverting;
import dev.pointsman.agent.deployment.DeploymentStatus.Running;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource.PhaseTime;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.Phase;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to move an app to a generation. {@link #after} is the only thing that changes it,
 * live and in replay alike.
 *
 * @param from what was wanted before; null for an app's first deployment
 * @param slots how many workers there are to be
 * @param autoRevert whether a failure is undone
 * @param timeline when each phase began, oldest first
 * @param order what is done with the workers
 */
public record Deployment(
    DeploymentId id,
    DeploymentKind kind,
    @Nullable Generation from,
    Generation to,
    int slots,
    boolean autoRevert,
    String requestedBy,
    Instant startedAt,
    DeploymentStatus status,
    List<PhaseTime> timeline,
    Order order) {
  public Deployment {
    timeline = List.copyOf(timeline);
  }

  /** The deployment that {@code beginning} begins. */
  static Deployment begin(DeploymentEntry.Beginning beginning) {
    return switch (beginning) {
      case DeploymentEntry.Begun it ->
          new Deployment(
              it.id(),
              it.kind(),
              it.from(),
              it.to(),
              it.slots(),
              it.autoRevert(),
              it.requestedBy(),
              it.at(),
              new Running(false),
              List.of(new PhaseTime(Phase.ACTIVATE.name(), it.at())),
              new Order.Roll());
      case DeploymentEntry.RestartBegun it ->
          new Beginner(it, it.requestedBy(), DeploymentKind.RESTART)
              .of(it.generation(), it.slots(), new Order.Restart(it.slot(), it.since()));
      case DeploymentEntry.ScaleBegun it ->
          new Beginner(it, it.requestedBy(), DeploymentKind.SCALE)
              .of(it.generation(), it.slots(), new Order.Scale(it.before(), it.instances()));
      case DeploymentEntry.StopBegun it ->
          new Beginner(it, it.requestedBy(), DeploymentKind.STOP)
              .of(it.generation(), it.slots(), new Order.Stop());
      case DeploymentEntry.StartBegun it ->
          new Beginner(it, it.requestedBy(), DeploymentKind.START)
              .of(it.from(), it.to(), it.slots(), new Order.Start());
    };
  }

  /** What all deployments that are no roll have in common: what fails is always undone. */
  private record Beginner(
      DeploymentEntry.Beginning entry, String requestedBy, DeploymentKind kind) {
    Deployment of(Generation generation, int slots, Order order) {
      return of(generation, generation, slots, order);
    }

    Deployment of(Generation from, Generation to, int slots, Order order) {
      return new Deployment(
          entry.id(),
          kind,
          from,
          to,
          slots,
          true,
          requestedBy,
          entry.at(),
          new Running(false),
          List.of(new PhaseTime(Phase.ROLL.name(), entry.at())),
          order);
    }
  }

  /** Whether nothing more will happen. */
  public boolean isOver() {
    return status instanceof Over;
  }

  /** Whether its end says whether the generation is good; a restart or another number does not. */
  boolean isAboutTheGeneration() {
    return switch (order) {
      case Order.Roll _, Order.Start _ -> true;
      case Order.Restart _, Order.Scale _, Order.Stop _ -> false;
    };
  }

  /**
   * What the app is to run when this deployment is over as things stand now: the new generation, or
   * the old one after a failure.
   */
  public @Nullable Generation heading() {
    return switch (status) {
      case Running _ -> to;
      case Reverting _ -> from;
      case Over(DeploymentState outcome, _, _) -> outcome == DeploymentState.SUCCESSFUL ? to : from;
    };
  }

  /**
   * The deployment after {@code entry}; an entry of another deployment, or after the end, is a bug.
   */
  Deployment after(DeploymentEntry entry) {
    if (!entry.id().equals(id) || isOver()) {
      throw new IllegalStateException("entry " + entry + " does not belong to " + this);
    }
    return switch (entry) {
      case DeploymentEntry.Beginning _ ->
          throw new IllegalStateException(id + " has begun already");
      case DeploymentEntry.Flipped(_, _, Instant at) -> with(touched(), phase(Phase.ROLL, at));
      case DeploymentEntry.SlotReplaced(_, _, _, Instant at) ->
          with(touched(), phase(Phase.ROLL, at));
      case DeploymentEntry.SlotsStarted(_, _, Instant at) -> with(touched(), phase(Phase.ROLL, at));
      case DeploymentEntry.SlotRetired(_, _, Instant at) -> with(touched(), phase(Phase.ROLL, at));
      case DeploymentEntry.Failed failed -> with(afterFailure(failed), timeline);
      case DeploymentEntry.Ended(_, DeploymentState outcome, _) when !isPossible(outcome) ->
          throw new IllegalStateException(entry + " cannot be the end of " + this);
      case DeploymentEntry.Ended(_, DeploymentState outcome, Instant at) ->
          with(
              new Over(outcome, status instanceof Reverting(var cause, _) ? cause : null, at),
              phase(Phase.COMMIT, at));
    };
  }

  private boolean isPossible(DeploymentState outcome) {
    return switch (status) {
      case Running _ -> outcome == DeploymentState.SUCCESSFUL;
      case Reverting _ -> outcome == DeploymentState.FAILED || outcome == DeploymentState.REVERTED;
      case Over _ -> false;
    };
  }

  /**
   * A failure on the way there turns round, once; a failure on the way back, or where turning is
   * switched off, is the end.
   */
  private DeploymentStatus afterFailure(DeploymentEntry.Failed failed) {
    return switch (status) {
      case Running(boolean touched) when autoRevert || from == null ->
          new Reverting(failed.failure(), touched);
      case Running _ -> new Over(DeploymentState.STUCK, failed.failure(), failed.at());
      case Reverting _ -> new Over(DeploymentState.STUCK, failed.failure(), failed.at());
      case Over _ -> throw new IllegalStateException(id + " is over");
    };
  }

  private DeploymentStatus touched() {
    return switch (status) {
      case Running _ -> new Running(true);
      case Reverting(var cause, _) -> new Reverting(cause, true);
      case Over over -> over;
    };
  }

  private List<PhaseTime> phase(Phase phase, Instant at) {
    String name = status instanceof Reverting ? "REVERT" : phase.name();
    if (timeline.getLast().phase().equals(name)) {
      return timeline;
    }
    List<PhaseTime> longer = new ArrayList<>(timeline);
    longer.add(new PhaseTime(name, at));
    return longer;
  }

  private Deployment with(DeploymentStatus newStatus, List<PhaseTime> newTimeline) {
    return new Deployment(
        id,
        kind,
        from,
        to,
        slots,
        autoRevert,
        requestedBy,
        startedAt,
        newStatus,
        newTimeline,
        order);
  }
}
