package dev.pointsman.protocol.api;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One attempt to move an app to a generation.
 *
 * @param id {@code APP-N}; N counts the app's deployments on this host
 * @param fromRelease what ran before; none for the first
 * @param requestedBy the token's name, {@code local}, or {@code agent}
 * @param slotsDone slots that run what the deployment is moving to now (the old generation while it
 *     reverts)
 * @param timeline when each phase began
 */
public record DeploymentResource(
    String id,
    String app,
    DeploymentKind kind,
    DeploymentState state,
    Phase phase,
    @Nullable String fromRelease,
    String toRelease,
    String requestedBy,
    Instant startedAt,
    @Nullable Instant endedAt,
    int slotsDone,
    int slotsTotal,
    @Nullable FailureResource failure,
    List<PhaseTime> timeline) {
  public DeploymentResource {
    timeline = List.copyOf(timeline);
  }

  /** When a phase began. */
  public record PhaseTime(String phase, Instant at) {}
}
