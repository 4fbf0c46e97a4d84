package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The agent killed at single system calls: here a few of them, at random, and all of them in {@code
 * packaging/crash-sweep}.
 */
class CallSweepTest {
  /**
   * One after the other: strace counts each by itself, and of a set only the commonest would be.
   */
  private static final List<String> CALLS =
      List.of(
          "openat",
          "write",
          "pwrite64",
          "fsync",
          "fdatasync",
          "syncfs",
          "mkdir",
          "link",
          "symlink",
          "rename",
          "unlink",
          "rmdir",
          "chmod",
          "fchmod",
          "utimensat");

  private static final long SEED = Long.getLong("calls.seed", System.nanoTime());

  /** Kills altogether, or up to so many of each kind. */
  private static final int SAMPLES = Integer.getInteger("calls.samples", 6);

  private static final int OF_EACH = Integer.getInteger("calls.ofEach", 0);
  private static final String ONLY = System.getProperty("calls.only", "");

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  @Timeout(value = 120, unit = TimeUnit.MINUTES)
  void endsWellAtWhicheverCallItsAgentIsKilled() throws Exception {
    System.out.println("calls.seed=" + SEED);
    CallSweep sweep = CallSweep.begin(hosts);
    int struck = OF_EACH > 0 ? every(sweep) : some(sweep);
    Map<String, Integer> kills = sweep.conclude(Program.folder().resolve("target/crash-sweep.txt"));
    assertThat(kills.values().stream().mapToInt(Integer::intValue).sum())
        .as("kills of %d tries", struck)
        .isGreaterThanOrEqualTo(Math.min(SAMPLES, struck) / 2);
  }

  private static int some(CallSweep sweep) throws Exception {
    Random random = new Random(SEED);
    for (int i = 0; i < SAMPLES; i++) {
      String call = CALLS.get(random.nextInt(CALLS.size()));
      sweep.strike(call, 1 + random.nextInt(2));
    }
    return SAMPLES;
  }

  private static int every(CallSweep sweep) throws Exception {
    int tries = 0;
    for (String call : CALLS) {
      for (int when = 1; when <= OF_EACH && (ONLY.isEmpty() || ONLY.equals(call)); when++) {
        tries++;
        if (!sweep.strike(call, when)) {
          break;
        }
      }
    }
    return tries;
  }
}
