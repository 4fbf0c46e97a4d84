package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.RegisterExtension;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * {@code kill -9} of the agent at every step of a deployment, and at random moments: old or new,
 * nothing else, and no failed request. {@code packaging/kill-sweep} runs more of the latter.
 */
class KillSweepTest {
  private static final int MOMENTS = Integer.getInteger("kill.moments", 6);
  private static final long SEED = Long.getLong("kill.seed", System.nanoTime());
  private static final int MOST_ENTRIES = 20;

  /** Two entries may be written so close together that the kill comes after the second. */
  private static final int MOST_TRIES = 3;

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @ParameterizedTest(name = "good release: {0}")
  @ValueSource(booleans = {true, false})
  @Timeout(value = 10, unit = TimeUnit.MINUTES)
  void endsWellWhereverItsJournalStopped(boolean good) throws Exception {
    KillSweep sweep = KillSweep.begin(hosts);
    Set<Integer> hit = new TreeSet<>();
    int entry = 1;
    int tries = 1;
    KillSweep.Struck struck = sweep.strike(good, KillSweep.entry(entry));
    while (!struck.over() || (struck.entries() > entry && tries < MOST_TRIES)) {
      hit.add(struck.entries());
      boolean missed = struck.entries() > entry && tries < MOST_TRIES;
      tries = missed ? tries + 1 : 1;
      entry = missed ? entry : entry + 1;
      assertThat(entry).as("entries of a deployment").isLessThan(MOST_ENTRIES);
      struck = sweep.strike(good, KillSweep.entry(entry));
    }
    hit.add(struck.entries());
    assertThat(hit)
        .as("entries after which the agent was killed")
        .hasSizeGreaterThan(struck.entries() - 2);
    sweep.conclude("every entry", report("entries-" + (good ? "good" : "bad")));
  }

  @Test
  @Timeout(value = 60, unit = TimeUnit.MINUTES)
  void endsWellWheneverItsAgentIsKilled() throws Exception {
    System.out.println("kill.seed=" + SEED + " kill.moments=" + MOMENTS);
    Random random = new Random(SEED);
    KillSweep sweep = KillSweep.begin(hosts);
    Duration span = sweep.undisturbed();
    for (int moment = 0; moment < MOMENTS; moment++) {
      sweep.strike(random.nextInt(3) > 0, KillSweep.after(random.nextLong(span.toMillis())));
    }
    sweep.conclude("seed " + SEED, report("random"));
  }

  private static Path report(String name) {
    return Program.folder().resolve("target/kill-sweep-" + name + ".txt");
  }
}
