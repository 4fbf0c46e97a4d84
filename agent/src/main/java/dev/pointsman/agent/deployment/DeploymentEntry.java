package dev.pointsman.agent.deployment;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What happened in a deployment, as it is journaled. */
public sealed interface DeploymentEntry extends AppEntry {
  /** The deployment it belongs to. */
  DeploymentId id();

  /** It was asked for and admitted. */
  record Begun(
      DeploymentId id,
      DeploymentKind kind,
      @Nullable Generation from,
      Generation to,
      int slots,
      boolean autoRevert,
      String requestedBy,
      Instant at)
      implements DeploymentEntry {}

  /** The {@code current} link names {@code release} now, or nothing where that is null. */
  record Flipped(DeploymentId id, @Nullable ReleaseId release, Instant at)
      implements DeploymentEntry {}

  /**
   * A worker of {@code generation} is online in {@code slot}, and the one before it was told to
   * drain.
   */
  record SlotReplaced(DeploymentId id, int slot, Generation generation, Instant at)
      implements DeploymentEntry {}

  /** {@code slot} is no longer part of the pool. */
  record SlotRetired(DeploymentId id, int slot, Instant at) implements DeploymentEntry {}

  /** A step did not succeed. */
  record Failed(DeploymentId id, FailureResource failure, Instant at) implements DeploymentEntry {}

  /** It is over. */
  record Ended(DeploymentId id, DeploymentState outcome, Instant at) implements DeploymentEntry {}
}
