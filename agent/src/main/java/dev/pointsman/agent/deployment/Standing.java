package dev.pointsman.agent.deployment;

import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * What operators ordered that holds until they say otherwise, over restarts of agent and host.
 *
 * @param scaled how many workers there are to be, instead of what the file says
 * @param stopped that there are to be none
 */
public record Standing(@Nullable Scaled scaled, @Nullable Halted stopped) {
  /** Nothing was ordered. */
  static final Standing NONE = new Standing(null, null);

  /**
   * A number of workers that holds for as long as the app's file says {@code instances}.
   *
   * @param slots how many there are to be
   */
  public record Scaled(int slots, int instances, String by, Instant at) {}

  /** The app is to stay stopped. */
  public record Halted(String by, Instant at) {}

  /** The order that holds where the file says {@code instances}; null where none does. */
  public @Nullable Scaled scaled(int instances) {
    return scaled != null && scaled.instances() == instances ? scaled : null;
  }

  /** How many workers there are to be where the file says {@code instances}, unless stopped. */
  public int slots(int instances) {
    Scaled holds = scaled(instances);
    return holds == null ? instances : holds.slots();
  }

  /** What holds once {@code deployment}, which ends with {@code success}, is over. */
  Standing after(Deployment deployment, boolean success, Instant at) {
    return switch (deployment.order()) {
      case Order.Roll _, Order.Restart _ -> this;
      case Order.Scale(_, int instances) when success ->
          new Standing(
              deployment.slots() == instances
                  ? null
                  : new Scaled(deployment.slots(), instances, deployment.requestedBy(), at),
              stopped);
      case Order.Scale _ -> this;
      case Order.Stop _ -> this; // Since it began.
      case Order.Start _ ->
          success || deployment.to().equals(deployment.from()) ? new Standing(scaled, null) : this;
    };
  }

  /** What holds from the moment that {@code deployment} begins. */
  Standing from(Deployment deployment) {
    return deployment.order() instanceof Order.Stop && stopped == null
        ? new Standing(scaled, new Halted(deployment.requestedBy(), deployment.startedAt()))
        : this;
  }
}
