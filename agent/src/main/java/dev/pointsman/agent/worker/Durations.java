package dev.pointsman.agent.worker;

import java.time.Duration;

/** Durations as they are written in a configuration file. */
final class Durations {
  private Durations() {}

  /** {@code 90s}, {@code 5m}, {@code 250ms}. */
  static String words(Duration duration) {
    long millis = duration.toMillis();
    if (millis % 60_000 == 0 && millis > 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }
}
