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
 * @param latched whether there were too many, and it has not served for a restart window since: the
 *     next one has it rest again at once
 */
record Restarts(int total, List<Instant> recent, boolean latched) {
  static final Restarts NONE = new Restarts(0, List.of(), false);

  Restarts {
    recent = List.copyOf(recent);
  }

  /**
   * With one more, at {@code now}, after it had served for {@code served}; those older than {@code
   * window} are forgotten, and whoever served that long has a clean slate.
   */
  Restarts plus(Instant now, Duration window, Duration served) {
    List<Instant> kept =
        new ArrayList<>(recent.stream().filter(at -> at.plus(window).isAfter(now)).toList());
    kept.add(now);
    return new Restarts(total + 1, kept, latched && served.compareTo(window) < 0);
  }

  /** Whether the worker has to rest before it is started again. */
  boolean tooMany(WorkerPolicy policy) {
    return latched || recent.size() > policy.maxRestarts();
  }

  /** After a rest: one more chance, until it has served for a restart window. */
  Restarts rested() {
    return new Restarts(total, List.of(), true);
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
