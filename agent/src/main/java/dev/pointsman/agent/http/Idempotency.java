package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * What was begun under which {@code Idempotency-Key}: the same request with the same key within a
 * day is answered with the same deployment, or the same pull. Kept in memory and bounded; the
 * oldest go first. Any thread.
 */
final class Idempotency {
  static final Duration KEPT = Duration.ofHours(24);
  static final int MOST = 1_000;
  private static final int LONGEST_KEY = 255;

  private final InstantSource clock;
  private final LinkedHashMap<Key, Done> done = new LinkedHashMap<>();

  /** A caller's key; keys of different callers are different. */
  record Key(String caller, String text) {
    Key {
      if (text.isBlank() || text.length() > LONGEST_KEY) {
        throw new IllegalArgumentException("not 1 to " + LONGEST_KEY + " characters");
      }
    }
  }

  private record Done(String fingerprint, String deployment, Instant at) {}

  /** Begins something; returns the deployment's id. */
  @FunctionalInterface
  interface Begin {
    String deployment() throws Rejected;
  }

  Idempotency(InstantSource clock) {
    this.clock = clock;
  }

  /** As below, with the key that the request has; without one it is begun in any case. */
  String once(Exchange exchange, String fingerprint, Begin begin) throws Rejected {
    String text = exchange.header("Idempotency-Key");
    if (text == null) {
      return begin.deployment();
    }
    Key key;
    try {
      key = new Key(exchange.caller().name(), text);
    } catch (IllegalArgumentException e) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, e.getMessage() + ".", "Idempotency-Key");
    }
    return once(key, fingerprint, begin);
  }

  /**
   * The id of the deployment that {@code key} stands for, begun now where it stands for none yet. A
   * refusal is not remembered: the same request may succeed later.
   */
  synchronized String once(Key key, String fingerprint, Begin begin) throws Rejected {
    Instant now = clock.instant();
    forget(now);
    Done earlier = done.get(key);
    if (earlier != null) {
      if (!earlier.fingerprint().equals(fingerprint)) {
        throw new Rejected(
            ErrorCode.REQUEST_INVALID,
            "This Idempotency-Key was used for another request; use a new key for each.",
            "Idempotency-Key");
      }
      return earlier.deployment();
    }
    String deployment = begin.deployment();
    done.putLast(key, new Done(fingerprint, deployment, now));
    return deployment;
  }

  private void forget(Instant now) {
    while (!done.isEmpty()) {
      Map.Entry<Key, Done> oldest = done.firstEntry();
      boolean over = oldest.getValue().at().plus(KEPT).isBefore(now);
      if (!over && done.size() < MOST) {
        return;
      }
      done.pollFirstEntry();
    }
  }
}
