package dev.pointsman.agent.worker;

import dev.pointsman.agent.upkeep.Ailing;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.protocol.api.ExitCause;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/** Says of a worker that serves whether it had better be replaced. Pure. */
final class Ailments {
  private Ailments() {}

  static Optional<Ailing> of(int slot, Online worker, WorkerPolicy policy, Instant now) {
    Condition is = worker.condition();
    if (is.hung() != null) {
      return Optional.of(new Ailing(slot, ExitCause.HUNG, is.hung()));
    }
    if (is.failures() >= policy.failureThreshold()) {
      return Optional.of(
          new Ailing(
              slot,
              ExitCause.UNHEALTHY,
              "It failed " + is.failures() + " probes in a row; the last: " + is.answer() + "."));
    }
    if (is.heavy() >= WorkerPolicy.HEAVY_LOOKS && policy.isTooMuch(is.rssBytes())) {
      return Optional.of(
          new Ailing(
              slot,
              ExitCause.MEMORY,
              "It uses "
                  + mebibytes(is.rssBytes())
                  + ", max_memory is "
                  + mebibytes(policy.maxMemory().get())
                  + "."));
    }
    return policy
        .maxLifetime()
        .map(limit -> limit.minus(youth(limit, worker.who())))
        .filter(limit -> !now.isBefore(worker.started().plus(limit)))
        .map(limit ->
            new Ailing(
                slot,
                ExitCause.LIFETIME,
                "It has reached its age of "
                    + Durations.words(limit)
                    + ", up to a tenth less than max_lifetime."));
  }

  /** Up to a tenth of {@code limit}: workers that began together do not end together. */
  private static Duration youth(Duration limit, Incarnation who) {
    long spread = Math.floorMod(who.hashCode() * 0x9E3779B9, 1_000);
    return Duration.ofSeconds(limit.toMillis() * spread / 10_000_000);
  }

  private static String mebibytes(long bytes) {
    return (bytes >> 20) + " MiB";
  }
}
