package dev.pointsman.fuzz;

import com.sun.management.ThreadMXBean;
import dev.pointsman.protocol.api.ErrorClass;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.StreamRefused;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Optional;

/**
 * What every reader of something untrusted promises: it returns or refuses with a code; it throws
 * nothing else, allocates little and is quick, whatever it reads.
 */
final class Property {
  /** Everything allocated for one input, collected since or not: more than the heap ever holds. */
  static final long MAX_ALLOCATED = 64L << 20;

  static final Duration MAX_CPU = Duration.ofSeconds(5);

  private static final ThreadMXBean THREADS = (ThreadMXBean) ManagementFactory.getThreadMXBean();

  private Property() {}

  /** Reads one input, always the same way. */
  interface Attempt<T> {
    T run() throws Exception;
  }

  /**
   * What came of one input.
   *
   * @param value what was read, where it was accepted
   * @param refusal code and entry, where it was refused
   */
  record Outcome<T>(Optional<T> value, Optional<String> refusal) {
    boolean accepted() {
      return value.isPresent();
    }
  }

  /** Runs {@code attempt}, and fails unless the property holds. */
  static <T> Outcome<T> holds(Attempt<T> attempt) {
    long allocated = THREADS.getCurrentThreadAllocatedBytes();
    long cpu = THREADS.getCurrentThreadCpuTime();
    Outcome<T> outcome = outcome(attempt);
    if (isWithin(allocated, cpu)) {
      return outcome;
    }
    // Once more: the first time may have been spent on loading classes.
    allocated = THREADS.getCurrentThreadAllocatedBytes();
    cpu = THREADS.getCurrentThreadCpuTime();
    outcome(attempt);
    require(
        isWithin(allocated, cpu),
        "too much for one input",
        "%d bytes allocated, %d ns of CPU time"
            .formatted(
                THREADS.getCurrentThreadAllocatedBytes() - allocated,
                THREADS.getCurrentThreadCpuTime() - cpu));
    return outcome;
  }

  private static boolean isWithin(long allocated, long cpu) {
    return THREADS.getCurrentThreadAllocatedBytes() - allocated <= MAX_ALLOCATED
        && THREADS.getCurrentThreadCpuTime() - cpu <= MAX_CPU.toNanos();
  }

  private static <T> Outcome<T> outcome(Attempt<T> attempt) {
    try {
      return new Outcome<>(Optional.of(attempt.run()), Optional.empty());
    } catch (Rejected e) {
      return refused(e);
    } catch (StreamRefused e) {
      return refused(e.rejected());
    } catch (Exception e) {
      throw new AssertionError("neither read nor refused: " + e, e);
    }
  }

  private static <T> Outcome<T> refused(Rejected refusal) {
    require(refusal.code().errorClass() != ErrorClass.INTERNAL, "a refusal that is a bug", refusal);
    require(!refusal.detail().isEmpty(), "a refusal without words", refusal);
    require(isPrintable(refusal.detail()), "a refusal that cannot be printed", refusal);
    String entry = refusal.entry() == null ? "" : refusal.entry();
    require(isPrintable(entry), "an entry that cannot be printed", refusal);
    return new Outcome<>(Optional.empty(), Optional.of(refusal.code().wire() + " " + entry));
  }

  private static boolean isPrintable(String text) {
    return text.length() <= 4_096 && text.chars().noneMatch(Character::isISOControl);
  }

  /** Fails where the refusal was made: so the fuzzer tells two such mistakes apart. */
  private static void require(boolean holds, String what, Rejected refusal) {
    if (!holds) {
      AssertionError error = new AssertionError(what + ": " + refusal.getMessage());
      error.setStackTrace(refusal.getStackTrace());
      throw error;
    }
  }

  /** Fails with {@code what} and {@code about} unless {@code holds}. */
  static void require(boolean holds, String what, Object about) {
    if (!holds) {
      throw new AssertionError(what + ": " + about);
    }
  }
}
