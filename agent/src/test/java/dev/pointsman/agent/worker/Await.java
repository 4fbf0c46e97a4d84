package dev.pointsman.agent.worker;

import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Supplier;

/** Waits for conditions, with a deadline and a message. */
final class Await {
  static final Duration DEADLINE = Duration.ofSeconds(20);

  private Await() {}

  static void until(Supplier<String> what, Callable<Boolean> condition) throws Exception {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (!condition.call()) {
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + DEADLINE + ": " + what.get());
      }
      LockSupport.parkNanos(1_000_000);
    }
  }

  static void until(String what, Callable<Boolean> condition) throws Exception {
    until(() -> what, condition);
  }

  static <T> T value(String what, Callable<Optional<T>> source) throws Exception {
    long end = System.nanoTime() + DEADLINE.toNanos();
    while (true) {
      Optional<T> value = source.call();
      if (value.isPresent()) {
        return value.get();
      }
      if (System.nanoTime() > end) {
        throw new AssertionError("not within " + DEADLINE + ": " + what);
      }
      LockSupport.parkNanos(1_000_000);
    }
  }
}
