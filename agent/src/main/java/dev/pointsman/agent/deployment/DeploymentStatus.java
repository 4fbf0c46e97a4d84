package dev.pointsman.agent.deployment;

import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** How far a deployment is; each variant holds what is true only then. */
public sealed interface DeploymentStatus {
  /**
   * On the way to the new generation. {@code touched}: something of it can be seen from outside.
   */
  record Running(boolean touched) implements DeploymentStatus {}

  /** On the way back, because of {@code cause}. */
  record Reverting(FailureResource cause, boolean touched) implements DeploymentStatus {}

  /** Ended, and nothing more will happen. */
  record Over(DeploymentState outcome, @Nullable FailureResource failure, Instant at)
      implements DeploymentStatus {}
}
