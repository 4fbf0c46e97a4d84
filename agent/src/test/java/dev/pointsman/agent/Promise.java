package dev.pointsman.agent;

import dev.pointsman.protocol.bundle.ReleaseId;

/** What a host has answered, or has begun without having answered yet. */
sealed interface Promise {
  /** A release is staged, and nobody else gets a number up to its own. */
  record Staged(ReleaseId release, long sequence) implements Promise {}

  /** From now on {@code current} may name it. */
  record DeploymentBegun(ReleaseId release) implements Promise {}

  /** {@code current} names it, and its workers are wanted. */
  record Deployed(ReleaseId release) implements Promise {}

  /** Retention leaves it alone. */
  record Pinned(ReleaseId release) implements Promise {}

  /** From now on it may be gone. */
  record RemovalBegun(ReleaseId release) implements Promise {}
}
