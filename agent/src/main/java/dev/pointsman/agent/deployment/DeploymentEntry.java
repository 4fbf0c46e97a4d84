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

  /** The first entry of a deployment: it was asked for and admitted. */
  sealed interface Beginning extends DeploymentEntry
      permits Begun, RestartBegun, ScaleBegun, StopBegun, StartBegun {}

  /** A roll from one generation to another. */
  record Begun(
      DeploymentId id,
      DeploymentKind kind,
      @Nullable Generation from,
      Generation to,
      int slots,
      boolean autoRevert,
      String requestedBy,
      Instant at)
      implements Beginning {}

  /** Workers of {@code generation} are started anew; {@code slot}: only in this one. */
  record RestartBegun(
      DeploymentId id,
      Generation generation,
      int slots,
      @Nullable Integer slot,
      Born since,
      String requestedBy,
      Instant at)
      implements Beginning {}

  /** From {@code before} workers to {@code slots}, while the app's file says {@code instances}. */
  record ScaleBegun(
      DeploymentId id,
      Generation generation,
      int before,
      int slots,
      int instances,
      String requestedBy,
      Instant at)
      implements Beginning {}

  /** All workers go, {@code slots} of them, and stay away. */
  record StopBegun(
      DeploymentId id, Generation generation, int slots, String requestedBy, Instant at)
      implements Beginning {}

  /** Workers come back; {@code from} is what was wanted when they went. */
  record StartBegun(
      DeploymentId id, Generation from, Generation to, int slots, String requestedBy, Instant at)
      implements Beginning {}

  /** All slots have been given workers of {@code generation}, and each of them serves. */
  record SlotsStarted(DeploymentId id, Generation generation, Instant at)
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
