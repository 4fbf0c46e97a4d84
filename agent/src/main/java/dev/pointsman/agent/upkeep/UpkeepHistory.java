package dev.pointsman.agent.upkeep;

import dev.pointsman.protocol.api.ExitCause;
import java.time.Instant;
import java.util.EnumMap;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * What upkeep has done so far; a value.
 *
 * @param slots of each slot, the attempts that followed each other too closely
 * @param failures attempts in a row, of any slot, whose new worker did not come up
 * @param failedAt when the last of them did not
 * @param lastFailure why it did not
 * @param replaced how many workers were replaced since the agent started, by cause
 * @param failed how many attempts failed since then
 */
public record UpkeepHistory(
    Map<Integer, Streak> slots,
    int failures,
    @Nullable Instant failedAt,
    @Nullable String lastFailure,
    Map<ExitCause, Long> replaced,
    long failed) {
  /** Nothing yet. */
  public static final UpkeepHistory NONE = new UpkeepHistory(Map.of(), 0, null, null, Map.of(), 0);

  /** Attempts to replace the worker of one slot in a row. */
  public record Streak(int times, Instant last) {}

  public UpkeepHistory {
    slots = Map.copyOf(slots);
    replaced = Map.copyOf(replaced);
  }

  /** A worker was replaced, and its successor serves. */
  UpkeepHistory replaced(Ailing worker, Pauses pauses, Instant now) {
    Map<ExitCause, Long> counts = new EnumMap<>(ExitCause.class);
    counts.putAll(replaced);
    counts.merge(worker.why(), 1L, Long::sum);
    return new UpkeepHistory(tried(worker, pauses, now), 0, null, null, counts, failed);
  }

  /** The new worker did not come up; the old one is as it was. */
  UpkeepHistory failed(Ailing worker, String why, Pauses pauses, Instant now) {
    return new UpkeepHistory(
        tried(worker, pauses, now), failures + 1, now, why, replaced, failed + 1);
  }

  /** A new worker was begun, and was not needed any more; the old one is as it was. */
  UpkeepHistory givenUp(Ailing worker, Pauses pauses, Instant now) {
    return new UpkeepHistory(
        tried(worker, pauses, now), failures, failedAt, lastFailure, replaced, failed);
  }

  private Map<Integer, Streak> tried(Ailing worker, Pauses pauses, Instant now) {
    if (worker.why() == ExitCause.LIFETIME) { // Age says nothing about whether replacing helps.
      return slots;
    }
    Map<Integer, Streak> streaks = new TreeMap<>(slots);
    streaks.put(worker.slot(), new Streak(times(worker.slot(), pauses, now) + 1, now));
    return streaks;
  }

  /** Attempts on {@code slot} that still count. */
  int times(int slot, Pauses pauses, Instant now) {
    Streak streak = slots.get(slot);
    return streak == null || now.isAfter(streak.last().plus(pauses.forgetAfter(streak.times())))
        ? 0
        : streak.times();
  }
}
