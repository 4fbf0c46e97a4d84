package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.crash.Crashes;
import dev.pointsman.agent.crash.Effect;
import dev.pointsman.agent.crash.Recorder;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.FsyncDurability;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A power cut at every moment of uploads, deployments and removals, on a pessimistic disk. */
class CrashTest {
  /** Random subsets at each barrier; {@code -Dcrash.samples=1000} for a longer look. */
  private static final int SAMPLES = Integer.getInteger("crash.samples", 12);

  private static final long SEED = Long.getLong("crash.seed", 1);

  /** How many crashes have their recovery crash; chosen by the seed. */
  private static final int RECOVERIES = Integer.getInteger("crash.recoveries", 8);

  /** Marks where a recovery begins: what was before is only to be there. */
  private static final String BEGUN = "recovery begins";

  @TempDir static Path directory;
  private static CrashHost.Setup setup;
  private static CrashLife life;
  private static Path images;

  @BeforeAll
  static void makeBundles() throws Exception {
    setup = CrashHost.Setup.make(directory);
    life = CrashLife.make(setup, directory);
    Path memory = Path.of("/dev/shm");
    images =
        Files.isWritable(memory)
            ? Files.createTempDirectory(memory, "pointsman-crash-")
            : Files.createDirectories(directory.resolve("images"));
  }

  @AfterAll
  static void removeImages() throws IOException {
    delete(images);
  }

  private static void live(Recorder recorder, Durability durability) throws Exception {
    life.live(recorder.root(), durability, recorder::mark);
  }

  /** What was found: each kind of violation with where it was seen first. */
  private record Outcome(int images, Map<String, String> violations) {}

  private static final class Found extends Exception {
    private static final long serialVersionUID = 1L;
  }

  /** Looks at every image, or at no more than up to the first with such a violation. */
  private static Outcome crash(List<Effect> log, @Nullable String until) throws Exception {
    CrashCheck check = new CrashCheck(setup, life.bundles());
    Map<String, String> violations = new TreeMap<>();
    int[] count = {0};
    Crashes crashes = new Crashes(log, SAMPLES, SEED);
    try {
      boolean recovers = log.contains(new Effect.Marked(BEGUN));
      crashes.visit(image -> {
        if (recovers && !image.promises().contains(BEGUN)) {
          return;
        }
        Path root = images.resolve("image" + count[0]++);
        image.materialize(root);
        List<Promise> promises =
            image.promises().stream()
                .filter(Promise.class::isInstance)
                .map(Promise.class::cast)
                .toList();
        for (String wrong : check.violations(root, promises)) {
          violations.putIfAbsent(wrong.replace(root.toString(), ""), image.description());
        }
        delete(root);
        if (until != null && violations.keySet().stream().anyMatch(it -> it.contains(until))) {
          throw new Found();
        }
      });
    } catch (Found e) {
      return new Outcome(count[0], violations);
    }
    return new Outcome(count[0], violations);
  }

  private static Recorder recorder() throws IOException {
    return new Recorder(Files.createTempDirectory(images, "live"));
  }

  @Test
  void losesNothingWithOneSyncOfTheFileSystem() throws Exception {
    Recorder recorder = recorder();
    live(recorder, new Synced(recorder));
    losesNothing("one sync", recorder.log());
  }

  @Test
  void losesNothingWithASyncPerFile() throws Exception {
    Recorder recorder = recorder();
    live(recorder, new FsyncDurability());
    losesNothing("a sync per file", recorder.log());
  }

  private static void losesNothing(String name, List<Effect> log) throws Exception {
    Outcome outcome = crash(log, null);
    System.out.println(name + ": " + log.size() + " effects, " + outcome.images() + " images");
    assertThat(outcome.violations()).isEmpty();
    assertThat(outcome.images()).isGreaterThan(log.size());
  }

  /** The power fails again, at every effect of the recovery from a crash, for some crashes. */
  @Test
  void losesNothingWhenTheRecoveryIsCutOffToo() throws Exception {
    Recorder recorder = recorder();
    live(recorder, new Synced(recorder));
    List<Crashes.Image> crashed = new ArrayList<>();
    new Crashes(recorder.log(), 0, SEED).visit(crashed::add);
    Collections.shuffle(crashed, new Random(SEED));
    int recoveries = 0;
    int images = 0;
    for (Crashes.Image first : crashed.subList(0, RECOVERIES)) {
      List<Effect> log = recovery(first);
      Outcome outcome = crash(log, null);
      assertThat(outcome.violations()).as(first.description()).isEmpty();
      recoveries++;
      images += outcome.images();
    }
    System.out.println("recovery: " + recoveries + " times, " + images + " images");
    assertThat(images).isGreaterThan(recoveries);
  }

  /** What is done to come back from {@code crash}, after all that it left has been made durable. */
  private static List<Effect> recovery(Crashes.Image crash) throws Exception {
    Recorder recorder = recorder();
    crash.materialize(recorder.root());
    recorder.syncAll();
    crash.promises().forEach(recorder::mark);
    recorder.mark(BEGUN);
    CrashHost.open(setup, recorder.root(), new Synced(recorder)).close();
    return recorder.log();
  }

  /**
   * What finds nothing in the right order would prove nothing if it found nothing in wrong ones.
   */
  @Test
  void findsEveryMistakeThatTheOrderOfWritesGuardsAgainst() throws Exception {
    Recorder recorder = recorder();
    live(recorder, new Synced(recorder));
    Set<String> missed = new TreeSet<>();
    for (CrashPlants.Plant plant : CrashPlants.all()) {
      Outcome outcome = crash(plant.make().apply(recorder.log()), plant.shows());
      System.out.println(plant.name() + ": image " + outcome.images() + " " + outcome.violations());
      if (outcome.violations().keySet().stream().noneMatch(it -> it.contains(plant.shows()))) {
        missed.add(plant.name());
      }
    }
    assertThat(missed).as("planted and not found").isEmpty();
  }

  /** As the agent does it by default, with the recorder in the place of syncfs(2). */
  private record Synced(Recorder recorder) implements Durability {
    @Override
    public void barrier(Path path) throws IOException {
      recorder.syncAll();
    }

    @Override
    public void syncDirectory(Path path) throws IOException {
      new SyncfsDurability().syncDirectory(path);
    }
  }

  private static void delete(Path tree) throws IOException {
    List<Path> paths = new ArrayList<>();
    try (Stream<Path> walk = Files.walk(tree)) {
      walk.forEach(paths::add);
    }
    for (Path path : paths.reversed()) {
      Files.delete(path);
    }
  }
}
