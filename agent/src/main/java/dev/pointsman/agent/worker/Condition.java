package dev.pointsman.agent.worker;

import org.jspecify.annotations.Nullable;

/**
 * How a worker is that serves.
 *
 * @param failures probes failed in a row
 * @param answer what it answered last when it failed; empty at first
 * @param hung why it is taken to be dead to the world; null while it shows life
 * @param rssBytes resident memory, 0 where unknown
 * @param heavy looks in a row at which it used more memory than it may
 */
record Condition(int failures, String answer, @Nullable String hung, long rssBytes, int heavy) {
  static final Condition WELL = new Condition(0, "", null, 0, 0);

  /** A probe may pass although the event loop stands still: it is no sign of life. */
  Condition passed() {
    return new Condition(0, "", hung, rssBytes, heavy);
  }

  Condition failed(String how) {
    return new Condition(failures + 1, how, hung, rssBytes, heavy);
  }

  Condition hung(@Nullable String why) {
    return new Condition(failures, answer, why, rssBytes, heavy);
  }

  Condition weighs(long bytes, boolean tooMuch) {
    return new Condition(failures, answer, hung, bytes, tooMuch ? heavy + 1 : 0);
  }
}
