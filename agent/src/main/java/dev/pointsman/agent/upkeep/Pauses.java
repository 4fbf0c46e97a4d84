package dev.pointsman.agent.upkeep;

import java.time.Duration;

/**
 * How long upkeep waits where replacing does not help.
 *
 * @param first after the first time; doubles with each further one
 * @param window what is added to four times the last pause until a slot's past is forgotten
 * @param salt spreads hosts that lost the same thing at the same time: each pause is shortened by
 *     up to a quarter
 */
public record Pauses(Duration first, Duration window, int salt) {
  /** Doublings of the first pause, at most: with a first one of 30 s the longest is 16 minutes. */
  static final int DOUBLINGS = 5;

  /** The pause after {@code times} in a row that did not help. */
  Duration after(int times) {
    if (times == 0) {
      return Duration.ZERO;
    }
    long full = first.toMillis() << Math.min(times - 1, DOUBLINGS);
    long spread = Math.floorMod((salt + times) * 0x9E3779B9, 1_000);
    return Duration.ofMillis(full - full * spread / 4_000);
  }

  /** After which time without another the past does not count any more. */
  Duration forgetAfter(int times) {
    return after(times).multipliedBy(4).plus(window);
  }
}
