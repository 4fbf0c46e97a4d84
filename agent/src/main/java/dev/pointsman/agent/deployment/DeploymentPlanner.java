package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.deployment.DeploymentStatus.Reverting;
import dev.pointsman.agent.deployment.DeploymentStatus.Running;
import dev.pointsman.agent.deployment.Pool.Gate;
import dev.pointsman.agent.deployment.Pool.SlotView;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides the next step of a deployment from what is journaled of it and what can be seen. Pure.
 */
final class DeploymentPlanner {
  private DeploymentPlanner() {}

  /** The next step; asking again with the same arguments gives the same answer. */
  static Step next(Deployment deployment, Observed seen) {
    return switch (deployment.status()) {
      case Running _ ->
          deployment.order() instanceof Order.Roll
              ? forward(deployment, seen)
              : OrderPlanner.forward(deployment, seen);
      case Reverting(_, boolean touched) ->
          deployment.order() instanceof Order.Roll
              ? back(deployment, seen, touched)
              : OrderPlanner.back(deployment, seen, touched);
      case Over _ -> throw new IllegalStateException(deployment.id() + " is over");
    };
  }

  private static Step forward(Deployment deployment, Observed seen) {
    Generation to = deployment.to();
    if (!to.release().equals(seen.current())) {
      return new Step.Flip(to.release());
    }
    // A new worker that went bad after it was let in ends the roll before another one is let in.
    for (SlotView view : seen.slots().values()) {
      FailureResource failure = view.generation().equals(to) ? failure(deployment, view) : null;
      if (failure != null) {
        return new Step.Fail(failure);
      }
    }
    Gate gate = deployment.kind() == DeploymentKind.ROLLBACK ? Gate.KNOWN_GOOD : Gate.FULL;
    return rest(deployment, seen, to, gate).orElse(new Step.End(DeploymentState.SUCCESSFUL));
  }

  /**
   * What is wrong with a worker of the new generation. That it serves again is no excuse for having
   * fallen, unless it is older than this deployment: then that was in another's time.
   */
  private static @Nullable FailureResource failure(Deployment deployment, SlotView view) {
    boolean isNew = !deployment.to().equals(deployment.from());
    return view.trouble() == null && isNew ? view.fell() : view.trouble();
  }

  private static Step back(Deployment deployment, Observed seen, boolean touched) {
    Generation from = deployment.from();
    if (from == null) {
      return withdraw(deployment.to(), seen);
    }
    if (!from.release().equals(seen.current())) {
      return new Step.Flip(from.release());
    }
    DeploymentState outcome = touched ? DeploymentState.REVERTED : DeploymentState.FAILED;
    return rest(deployment, seen, from, Gate.KNOWN_GOOD).orElse(new Step.End(outcome));
  }

  /**
   * A first deployment leaves nothing of its own behind when it fails. What else runs, as after the
   * loss of a journal, is left alone: it serves.
   */
  private static Step withdraw(Generation to, Observed seen) {
    Optional<Integer> own =
        seen.slots().keySet().stream()
            .filter(slot -> runs(seen.slots().get(slot), to))
            .min(Integer::compare);
    if (own.isPresent()) {
      return new Step.Retire(own.get());
    }
    return to.release().equals(seen.current())
        ? new Step.Flip(null)
        : new Step.End(DeploymentState.FAILED);
  }

  /**
   * The next slot that does not run {@code wanted} yet, lowest first; then the slots that are too
   * many, highest first.
   */
  private static Optional<Step> rest(
      Deployment deployment, Observed seen, Generation wanted, Gate gate) {
    for (int slot = 0; slot < deployment.slots(); slot++) {
      if (!runs(seen.slots().get(slot), wanted)) {
        return Optional.of(new Step.Replace(slot, wanted, gate));
      }
    }
    return OrderPlanner.surplus(seen, deployment.slots());
  }

  /**
   * A worker of the wanted generation that is in trouble is its supervisor's to repair; replacing
   * it by its like would not help.
   */
  private static boolean runs(@Nullable SlotView view, Generation wanted) {
    return view != null && Objects.equals(view.generation(), wanted);
  }
}
