package dev.pointsman.agent.cli;

import java.time.Duration;
import java.time.Instant;

/** The clock of a command, and its patience. */
interface Time {
  /** The host's clock. */
  Time SYSTEM =
      new Time() {
        @Override
        public Instant now() {
          return Instant.now();
        }

        @Override
        public void pause(Duration duration) throws InterruptedException {
          Thread.sleep(duration);
        }
      };

  Instant now();

  /** Waits for {@code duration} between two attempts. */
  void pause(Duration duration) throws InterruptedException;
}
