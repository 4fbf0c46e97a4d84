package dev.pointsman.agent.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * The unplanned exits of a worker.
 *
 * @param total since it was first started
 * @param recent those within the restart window, oldest first
 */
record Restarts(int total, List<Instant> recent) {
  static final Restarts NONE = new Restarts(0, List.of());

  Restarts {
    recent = List.copyOf(recent);
  }

  /** With one more, at {@code now}; those older than {@code window} are forgotten. */
  Restarts plus(Instant now, Duration window) {
    List<Instant> kept =
        new ArrayList<>(recent.stream().filter(at -> at.plus(window).isAfter(now)).toList());
    kept.add(now);
    return new Restarts(total + 1, kept);
  }

  /** The same total with a clean slate, after a rest. */
  Restarts rested() {
    return new Restarts(total, List.of());
  }

  /**
   * How long to wait before the next start: nothing after a first exit, then from {@code
   * backoffMin} doubling to {@code backoffMax}, each shortened by up to a half. {@code salt}
   * spreads workers that fell together: the same salt gives the same answer.
   */
  Duration delay(WorkerPolicy policy, int salt) {
    if (recent.size() <= 1) {
      return Duration.ZERO;
    }
    int doublings = Math.min(recent.size() - 2, 20);
    long full =
        Math.min(policy.backoffMin().toMillis() << doublings, policy.backoffMax().toMillis());
    long spread = Math.floorMod(salt * 0x9E3779B9, 1_000);
    return Duration.ofMillis(full - full * spread / 2_000);
  }
}
