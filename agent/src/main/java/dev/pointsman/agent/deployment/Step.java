package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.Pool.Gate;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What to do next. Each can be done again after a crash without harm. */
sealed interface Step {
  /** Let the {@code current} link name {@code release}, or remove it where that is null. */
  record Flip(@Nullable ReleaseId release) implements Step {}

  /**
   * Bring a worker of {@code generation} online in {@code slot}, then drain the one before it.
   * {@code gate}: how long it must prove itself.
   */
  record Replace(int slot, Generation generation, Gate gate) implements Step {}

  /**
   * Bring workers of {@code generation} online in all of {@code slots}, which are empty, at once.
   */
  record Start(Set<Integer> slots, Generation generation, Gate gate) implements Step {
    public Start {
      slots = Set.copyOf(slots);
    }
  }

  /** Drain what is in {@code slot} and give the slot up. */
  record Retire(int slot) implements Step {}

  /** Turn round, or give up, because of what was observed. */
  record Fail(FailureResource failure) implements Step {}

  /** Nothing is left to do. */
  record End(DeploymentState outcome) implements Step {}
}
