package dev.pointsman.protocol.api;

/**
 * The state of a deployment. {@link #FAILED}: nothing of it remains; {@link #REVERTED}: it was
 * undone; {@link #STUCK}: undoing failed too.
 */
public enum DeploymentState {
  PENDING,
  RUNNING,
  REVERTING,
  SUCCESSFUL,
  FAILED,
  REVERTED,
  STUCK,
  CANCELLED;

  /** Whether nothing more will happen. */
  public boolean isOver() {
    return switch (this) {
      case PENDING, RUNNING, REVERTING -> false;
      case SUCCESSFUL, FAILED, REVERTED, STUCK, CANCELLED -> true;
    };
  }
}
