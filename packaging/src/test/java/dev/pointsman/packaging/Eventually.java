package dev.pointsman.packaging;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition of the world outside, which tells nobody when it becomes true. */
final class Eventually {
  private static final Duration LIMIT = Duration.ofSeconds(30);
  private static final Duration PAUSE = Duration.ofMillis(15);

  private Eventually() {}

  /** What was seen: whether it will do, and how to tell it to a person. */
  interface Look {
    /** Empty when the condition holds; else what was seen instead. */
    String whatIsWrong() throws Exception;
  }

  /** Returns when {@code condition} holds; fails after a deadline, saying {@code what}. */
  static void until(String what, Callable<Boolean> condition) throws Exception {
    until(what, LIMIT, () -> condition.call() ? "" : "not yet");
  }

  /** Returns when {@code look} finds nothing wrong; fails after {@code limit}. */
  static void until(String what, Duration limit, Look look) throws Exception {
    long end = System.nanoTime() + limit.toNanos();
    String wrong = look.whatIsWrong();
    while (!wrong.isEmpty()) {
      if (System.nanoTime() - end >= 0) {
        throw new AssertionError("not within " + limit + ": " + what + "; last seen: " + wrong);
      }
      Thread.sleep(PAUSE);
      wrong = look.whatIsWrong();
    }
  }
}
