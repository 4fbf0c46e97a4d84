package dev.pointsman.agent.process;

import java.time.Duration;
import java.util.concurrent.Callable;

/** Waits for a condition of the world outside, which tells nobody when it becomes true. */
public final class Eventually {
  private static final Duration DEADLINE = Duration.ofSeconds(30);

  private Eventually() {}

  /** Returns when {@code condition} holds; fails after a deadline, saying {@code what}. */
  public static void until(String what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() - end >= 0) {
        throw new AssertionError("not within " + DEADLINE + ": " + what);
      }
      Thread.sleep(2);
    }
  }
}
