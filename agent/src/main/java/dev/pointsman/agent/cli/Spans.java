package dev.pointsman.agent.cli;

import java.time.Duration;
import java.util.Locale;

/** Amounts for people: elapsed times and bytes. */
final class Spans {
  private static final String[] UNITS = {"B", "KiB", "MiB", "GiB", "TiB"};

  private Spans() {}

  /** As {@code 7s}, {@code 3m12s}, {@code 2h05m}. */
  static String text(Duration duration) {
    Duration span = duration.isNegative() ? Duration.ZERO : duration;
    if (span.toHours() > 0) {
      return String.format(Locale.ROOT, "%dh%02dm", span.toHours(), span.toMinutesPart());
    }
    if (span.toMinutes() > 0) {
      return String.format(Locale.ROOT, "%dm%02ds", span.toMinutes(), span.toSecondsPart());
    }
    return span.toSeconds() + "s";
  }

  /** As {@code 512 B}, {@code 92.2 MiB}. */
  static String bytes(long bytes) {
    double amount = bytes;
    int unit = 0;
    while (amount >= 1024 && unit < UNITS.length - 1) {
      amount /= 1024;
      unit++;
    }
    return unit == 0 ? bytes + " B" : String.format(Locale.ROOT, "%.1f %s", amount, UNITS[unit]);
  }
}
