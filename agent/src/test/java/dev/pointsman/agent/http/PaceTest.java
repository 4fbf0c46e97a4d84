package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class PaceTest {
  private final AtomicLong now = new AtomicLong(Long.MAX_VALUE - 1_000_000_000L); // It wraps.
  private final Pace pace =
      new Pace(new Pace.Rule(Duration.ofSeconds(10), Duration.ofSeconds(30), 100), now::get);

  private boolean waited(int seconds, long bytes) {
    long since = pace.now();
    now.addAndGet(Duration.ofSeconds(seconds).toNanos());
    return pace.waited(since, bytes);
  }

  @Test
  void letsASenderPauseForLessThanTheIdleTime() {
    assertThat(waited(9, 1_000_000)).isTrue();
    assertThat(waited(9, 1_000_000)).isTrue();
    assertThat(waited(9, 0)).isTrue();
  }

  @Test
  void endsWhenNothingComes() {
    assertThat(waited(10, 0)).isFalse();
  }

  @Test
  void endsWhenTooLittleComesOverTheWindow() {
    assertThat(waited(9, 1)).isTrue();
    assertThat(waited(9, 1)).isTrue();
    assertThat(waited(9, 1)).isTrue();
    assertThat(waited(9, 1)).isFalse();
  }

  @Test
  void beginsANewWindowAfterAGoodOne() {
    for (int window = 0; window < 5; window++) {
      assertThat(waited(9, 1_000)).isTrue();
      assertThat(waited(9, 1_000)).isTrue();
      assertThat(waited(9, 1_000)).isTrue();
      assertThat(waited(3, 0)).isTrue();
    }
  }

  @Test
  void isPatientToTheEndOfTheWindowAtMost() {
    assertThat(pace.patience()).isEqualTo(Duration.ofSeconds(10).toNanos());
    waited(25, 1);

    assertThat(pace.patience()).isEqualTo(Duration.ofSeconds(5).toNanos());
  }
}
