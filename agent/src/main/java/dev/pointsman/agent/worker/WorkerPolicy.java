package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

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
 * @param maxMemory resident bytes that a worker may have for long
 * @param maxLifetime after which, less up to a tenth, a worker is replaced
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
    Duration cooldown,
    Optional<Long> maxMemory,
    Optional<Duration> maxLifetime) {
  /**
   * What a draining worker gets beyond {@link #drainTimeout}, to report that it has cut the rest,
   * before it is stopped regardless.
   */
  static final Duration DRAIN_GRACE = Duration.ofSeconds(5);

  /** Looks in a row at which a worker uses too much memory before it is replaced. */
  static final int HEAVY_LOOKS = 4;

  /** How long a worker may put off a deadline by asking for more time, from {@code since} on. */
  static final Duration LONGEST_EXTENSION = Duration.ofHours(1);

  /** The deadline {@code by} of what began {@code since}, once {@code more} is asked for. */
  Instant extended(Instant by, Duration more, Instant since, Instant now) {
    Instant last = since.plus(LONGEST_EXTENSION);
    Instant asked = now.plus(more);
    Instant granted = asked.isAfter(last) ? last : asked;
    return granted.isAfter(by) ? granted : by;
  }

  /** Whether a worker may not have {@code bytes} for long. */
  boolean isTooMuch(long bytes) {
    return maxMemory.isPresent() && bytes > maxMemory.get();
  }

  static WorkerPolicy of(AppConfig config) {
    return new WorkerPolicy(
        config.roll().healthyDeadline(),
        Duration.ofSeconds(10),
        config.roll().drainTimeout(),
        config.roll().killTimeout(),
        config.health().failureThreshold(),
        config.restart().maxRestarts(),
        config.restart().restartWindow(),
        config.restart().backoffMin(),
        config.restart().backoffMax(),
        config.restart().cooldown(),
        config.restart().maxMemory(),
        config.restart().maxLifetime());
  }
}
