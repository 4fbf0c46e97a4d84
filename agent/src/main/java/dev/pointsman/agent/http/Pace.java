package dev.pointsman.agent.http;

import java.time.Duration;
import java.util.function.LongSupplier;

/**
 * How slow a sender may be: nothing for {@code idle}, or less than {@code bytesPerSecond} over
 * {@code window}, is too slow. Only time in which the reader waits counts, so a sender never pays
 * for a slow disk. One thread.
 */
public final class Pace {
  private final Rule rule;
  private final LongSupplier nanoTime;
  private long windowWaited;
  private long windowBytes;

  /** The bounds. */
  public record Rule(Duration idle, Duration window, long bytesPerSecond) {
    /** The defaults of docs/http-api.md. */
    public static final Rule DEFAULT =
        new Rule(Duration.ofSeconds(30), Duration.ofSeconds(30), 16L << 10);
  }

  public Pace(Rule rule, LongSupplier nanoTime) {
    this.rule = rule;
    this.nanoTime = nanoTime;
  }

  /** Now, for {@link #waited}. */
  long now() {
    return nanoTime.getAsLong();
  }

  /** How long the reader may wait for the next byte from now, in nanoseconds. */
  long patience() {
    return Math.min(rule.idle().toNanos(), rule.window().toNanos() - windowWaited);
  }

  /** The reader waited since {@code since}, and {@code bytes} came; false: this is too slow. */
  boolean waited(long since, long bytes) {
    long waited = now() - since;
    windowWaited += waited;
    windowBytes += bytes;
    if (bytes == 0 && waited >= rule.idle().toNanos()) {
      return false;
    }
    if (windowWaited < rule.window().toNanos()) {
      return true;
    }
    boolean enough = windowBytes >= rule.bytesPerSecond() * rule.window().toMillis() / 1000;
    windowWaited = 0;
    windowBytes = 0;
    return enough;
  }

  @Override
  public String toString() {
    return "less than "
        + rule.bytesPerSecond()
        + " bytes a second over "
        + rule.window().toSeconds()
        + " s, or nothing for "
        + rule.idle().toSeconds()
        + " s";
  }
}
