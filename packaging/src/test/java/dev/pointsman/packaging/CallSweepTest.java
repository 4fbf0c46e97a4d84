package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
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

  /** Kills altogether; or, where {@link #OF_EACH} is set, at up to so many calls of each kind. */
  private static final int SAMPLES = Integer.getInteger("calls.samples", 6);

  private static final int OF_EACH = Integer.getInteger("calls.ofEach", 0);
  private static final String ONLY = System.getProperty("calls.only", "");

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  @Timeout(value = 120, unit = TimeUnit.MINUTES)
  void endsWellAtWhicheverCallItsAgentIsKilled() throws Exception {
    System.out.println("calls.seed=" + SEED);
    CallSweep sweep = CallSweep.begin(hosts);
    if (OF_EACH > 0) {
      every(sweep);
    } else {
      some(sweep);
    }
    Map<String, Integer> kills = sweep.conclude(Program.folder().resolve("target/crash-sweep.txt"));
    int all = kills.values().stream().mapToInt(Integer::intValue).sum();
    if (OF_EACH > 0) {
      assertThat(all).isPositive();
    } else {
      assertThat(all).isEqualTo(SAMPLES);
    }
  }

  /** Until the agent was killed so often: some of the calls it does not make twice, or at all. */
  private static void some(CallSweep sweep) throws Exception {
    List<Strike> strikes = new ArrayList<>();
    CALLS.forEach(call -> strikes.addAll(List.of(new Strike(call, 1), new Strike(call, 2))));
    Collections.shuffle(strikes, new Random(SEED));
    int kills = 0;
    for (Strike strike : strikes) {
      if (kills < SAMPLES && sweep.strike(strike.call(), strike.when())) {
        kills++;
      }
    }
  }

  private record Strike(String call, int when) {}

  private static void every(CallSweep sweep) throws Exception {
    for (String call : CALLS) {
      for (int when = 1; when <= OF_EACH && (ONLY.isEmpty() || ONLY.equals(call)); when++) {
        if (!sweep.strike(call, when)) {
          break;
        }
      }
    }
  }
}
