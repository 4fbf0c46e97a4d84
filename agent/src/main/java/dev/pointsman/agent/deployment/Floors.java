package dev.pointsman.agent.deployment;

import dev.pointsman.protocol.trust.SequenceFloor;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The sequence numbers that an app has accepted, for each environment that it has been in.
 *
 * @param environment the present one; null in a journal that never named one
 * @param current what counts in it
 * @param others what counted in those before
 */
public record Floors(
    @Nullable String environment, SequenceFloor current, Map<String, SequenceFloor> others) {
  /** Before the first record. */
  static final Floors EMPTY = new Floors(null, SequenceFloor.EMPTY, Map.of());

  public Floors {
    others = Map.copyOf(others);
  }

  /** The floors once a manifest is staged. */
  Floors accepted(long sequence, String digest) {
    return new Floors(environment, current.accepted(sequence, digest), others);
  }

  /** The floors once an operator has set the highest number. */
  Floors reset(long sequence) {
    return new Floors(environment, current.reset(sequence), others);
  }

  /** The floors in {@code next}. */
  Floors enter(String next) {
    if (environment == null || Objects.equals(environment, next)) {
      return new Floors(next, current, others);
    }
    Map<String, SequenceFloor> left = new TreeMap<>(others);
    left.put(environment, current);
    SequenceFloor there = left.remove(next);
    return new Floors(next, there == null ? SequenceFloor.EMPTY : there, left);
  }
}
