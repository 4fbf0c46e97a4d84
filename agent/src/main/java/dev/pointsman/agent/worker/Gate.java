package dev.pointsman.agent.worker;

import java.time.Duration;

/**
 * What a worker must show in private before it may accept: {@code passes} probes in a row, and no
 * failure for {@code minHealthyTime} since the first.
 */
record Gate(int passes, Duration minHealthyTime) {
  /** For a generation that has proved itself before: one pass. */
  static final Gate KNOWN_GOOD = new Gate(1, Duration.ZERO);
}
