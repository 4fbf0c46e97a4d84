package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.time.Duration;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class SocketRetryTest {
  private static final Duration SOON = Duration.ofMillis(1);

  @Test
  void goesOnAfterFailuresUntilItHasWorkedAndNotOnceMore() throws Exception {
    AtomicInteger attempts = new AtomicInteger();
    CountDownLatch worked = new CountDownLatch(1);
    try (SocketRetry retry = new SocketRetry()) {
      retry.begin(
          "web",
          SOON,
          () -> {
            int attempt = attempts.incrementAndGet();
            if (attempt == 2) {
              throw new IOException("the disk is full");
            }
            if (attempt == 4) {
              worked.countDown();
            }
            return attempt >= 4;
          });
      assertThat(worked.await(20, TimeUnit.SECONDS)).isTrue();
    } // Waits for its thread.
    assertThat(attempts).hasValue(4);
  }

  @Test
  void endsWithTheAgentWhereItNeverWorks() throws Exception {
    CountDownLatch tried = new CountDownLatch(1);
    SocketRetry retry = new SocketRetry();
    retry.begin(
        "web",
        SOON,
        () -> {
          tried.countDown();
          return false;
        });
    assertThat(tried.await(20, TimeUnit.SECONDS)).isTrue();

    retry.close(); // Does not return before the thread has ended.
    new SocketRetry().close();
  }
}
