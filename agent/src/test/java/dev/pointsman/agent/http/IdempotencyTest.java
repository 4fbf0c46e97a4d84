package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.time.Duration;
import java.time.Instant;
import org.junit.jupiter.api.Test;

class IdempotencyTest {
  private Instant now = Instant.parse("2026-11-22T00:00:00Z");
  private final Idempotency idempotency = new Idempotency(() -> now);
  private int begun;

  private String once(String key, String fingerprint) throws Rejected {
    return idempotency.once(new Idempotency.Key("ci", key), fingerprint, () -> "web-" + ++begun);
  }

  @Test
  void beginsOnceForAKey() throws Exception {
    assertThat(once("a", "r1")).isEqualTo("web-1");
    assertThat(once("a", "r1")).isEqualTo("web-1");
    assertThat(once("b", "r1")).isEqualTo("web-2");
  }

  @Test
  void refusesAKeyForSomethingElse() throws Exception {
    once("a", "r1");

    assertThatThrownBy(() -> once("a", "r2")).hasMessageContaining("Idempotency-Key");
    assertThat(begun).isEqualTo(1);
  }

  @Test
  void forgetsAfterADay() throws Exception {
    once("a", "r1");
    now = now.plus(Duration.ofHours(24));
    assertThat(once("a", "r1")).isEqualTo("web-1");
    now = now.plusSeconds(1);

    assertThat(once("a", "r1")).isEqualTo("web-2");
  }

  @Test
  void forgetsTheOldestWhenItIsFull() throws Exception {
    for (int i = 0; i <= Idempotency.MOST; i++) {
      once("key" + i, "r1");
    }

    assertThat(once("key" + Idempotency.MOST, "r1")).isEqualTo("web-" + (Idempotency.MOST + 1));
    assertThat(once("key0", "r1")).isEqualTo("web-" + (Idempotency.MOST + 2));
  }

  @Test
  void doesNotRememberARefusal() throws Exception {
    Idempotency.Key key = new Idempotency.Key("ci", "a");
    assertThatThrownBy(() ->
            idempotency.once(
                key,
                "r1",
                () -> {
                  throw new Rejected(ErrorCode.POOL_UNHEALTHY, "no");
                }))
        .isInstanceOf(Rejected.class);

    assertThat(once("a", "r1")).isEqualTo("web-1");
  }

  @Test
  void takesNoEndlessKey() {
    assertThatThrownBy(() -> new Idempotency.Key("ci", "x".repeat(256)))
        .isInstanceOf(IllegalArgumentException.class);
    assertThatThrownBy(() -> new Idempotency.Key("ci", " "))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
