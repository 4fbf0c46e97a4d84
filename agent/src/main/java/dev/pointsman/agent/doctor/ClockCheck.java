package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Whether the clock is one that signatures can be judged by. */
final class ClockCheck implements Check {
  private static final Instant EARLIEST = Instant.parse("2025-06-01T00:00:00Z");
  private static final Instant LATEST = Instant.parse("2100-01-01T00:00:00Z");

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    Instant now = facts.now();
    if (now.isBefore(EARLIEST) || now.isAfter(LATEST)) {
      return List.of(
          Finding.bad(
              "clock",
              "this host thinks that it is " + now,
              "uploads are refused as too old or not yet valid",
              "timedatectl set-ntp true"));
    }
    Optional<String> synchronised =
        facts.output(List.of("timedatectl", "show", "--property=NTPSynchronized", "--value"));
    if (synchronised.equals(Optional.of("no"))) {
      return List.of(
          Finding.warn(
              "clock",
              "the clock is not synchronised",
              "releases are refused when it goes wrong by more than trust.skew, and a wrong time"
                  + " that is journaled stays",
              "timedatectl set-ntp true"));
    }
    return List.of(
        Finding.ok(
            "clock",
            synchronised.isPresent()
                ? "synchronised"
                : "it is " + now + "; nothing here says whether it is synchronised"));
  }
}
