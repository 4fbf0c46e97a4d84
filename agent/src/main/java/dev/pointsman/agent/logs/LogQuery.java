package dev.pointsman.agent.logs;

import java.time.Instant;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * Which lines are asked for.
 *
 * @param generation how its digest begins
 * @param lines the last so many of those that match
 * @param since only what may have been written at that time or later
 */
public record LogQuery(
    OptionalInt slot,
    Optional<String> release,
    Optional<String> generation,
    int lines,
    Optional<Instant> since) {
  /** More are not told at once. */
  public static final int MOST_LINES = 10_000;

  boolean wants(LogName name, LogIndex index) {
    return (slot.isEmpty() || slot.getAsInt() == name.slot())
        && (release.isEmpty() || release.get().equals(index.release()))
        && (generation.isEmpty() || index.generation().startsWith(generation.get()));
  }
}
