package dev.pointsman.agent.config;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** Durations and sizes as people write them: {@code 250ms}, {@code 7d}, {@code 10MiB}. */
public final class Units {
  private static final Pattern DURATION = Pattern.compile("([0-9]{1,12})(ms|s|m|h|d)");
  private static final Pattern SIZE = Pattern.compile("([0-9]{1,18})(B|KiB|MiB|GiB|TiB)?");
  private static final Duration LONGEST = Duration.ofDays(3650);

  private Units() {}

  /** What {@code text} says, up to ten years; empty where it says nothing of the kind. */
  public static Optional<Duration> duration(String text) {
    Matcher matcher = DURATION.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    long unit = millisOf(matcher.group(2));
    return count > LONGEST.toMillis() / unit
        ? Optional.empty()
        : Optional.of(Duration.ofMillis(count * unit));
  }

  private static long millisOf(String unit) {
    return switch (unit) {
      case "ms" -> 1;
      case "s" -> 1_000;
      case "m" -> 60_000;
      case "h" -> 3_600_000;
      default -> 86_400_000;
    };
  }

  /** The shortest exact text for {@code duration}, in whole milliseconds. */
  public static String text(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    for (String unit : new String[] {"d", "h", "m", "s"}) {
      if (millis % millisOf(unit) == 0 && millis / millisOf(unit) > 1) {
        return millis / millisOf(unit) + unit;
      }
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  /** Bytes; a bare number counts bytes too. Empty where {@code text} is no size. */
  public static Optional<Long> size(String text) {
    Matcher matcher = SIZE.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    long unit = bytesOf(matcher.group(2) == null ? "B" : matcher.group(2));
    return count > Long.MAX_VALUE / unit ? Optional.empty() : Optional.of(count * unit);
  }

  private static long bytesOf(String unit) {
    return switch (unit) {
      case "B" -> 1;
      case "KiB" -> 1L << 10;
      case "MiB" -> 1L << 20;
      case "GiB" -> 1L << 30;
      default -> 1L << 40;
    };
  }

  /** The shortest exact text for {@code bytes}. */
  public static String text(long bytes) {
    for (String unit : new String[] {"TiB", "GiB", "MiB", "KiB"}) {
      if (bytes > 0 && bytes % bytesOf(unit) == 0) {
        return bytes / bytesOf(unit) + unit;
      }
    }
    return Long.toString(bytes);
  }
}
