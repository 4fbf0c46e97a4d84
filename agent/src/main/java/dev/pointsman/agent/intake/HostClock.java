package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import java.time.Duration;
import java.time.Instant;

/** Whether the host's clock can be believed, as far as the journal can tell. */
final class HostClock {
  /** What time synchronisation may take a clock back by. */
  static final Duration TOLERANCE = Duration.ofSeconds(5);

  private HostClock() {}

  /**
   * Rejects with {@code agent.clock} where {@code now} lies before {@code latest}, the last time
   * that the journal of {@code app} has seen.
   */
  static void require(Instant now, Instant latest, AppName app) throws Rejected {
    if (now.plus(TOLERANCE).isBefore(latest)) {
      throw new Rejected(
          ErrorCode.AGENT_CLOCK,
          "This host's clock says %s, but the journal of %s has an entry of %s."
              .formatted(now, app, latest),
          app.value());
    }
  }
}
