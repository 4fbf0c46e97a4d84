package dev.pointsman.agent.worker;

import java.time.Duration;

/**
 * The times and counts that a worker machine goes by.
 *
 * @param healthyDeadline from launch to standby, at most
 * @param acceptDeadline from the order to accept to the confirmation, at most
 * @param drainTimeout what the worker itself is given to drain
 * @param killTimeout from the stop signal to SIGKILL
 * @param failureThreshold probe failures in a row that make a worker unhealthy
 * @param maxRestarts unplanned exits within {@code restartWindow} after which a slot rests for
 *     {@code cooldown}
 */
record WorkerPolicy(
    Duration healthyDeadline,
    Duration acceptDeadline,
    Duration drainTimeout,
    Duration killTimeout,
    int failureThreshold,
    int maxRestarts,
    Duration restartWindow,
    Duration backoffMin,
    Duration backoffMax,
    Duration cooldown) {
  /**
   * What a draining worker gets beyond {@link #drainTimeout}, to report that it has cut the rest,
   * before it is stopped regardless.
   */
  static final Duration DRAIN_GRACE = Duration.ofSeconds(5);
}
