package dev.pointsman.agent.cgroup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.process.Eventually;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.Launcher;
import dev.pointsman.agent.process.Launcher.Launched;
import dev.pointsman.agent.process.ProcessLimits;
import dev.pointsman.agent.process.Signal;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** On the kernel's own cgroup v2, where this user may make one; it needs no controller. */
class KernelCgroupTest {
  @TempDir Path directory;

  @Test
  void holdsAWorkerWithAllItStartedAndKillsWhatItLeaves() throws Exception {
    Optional<Path> base = make();
    if (base.isEmpty()) {
      assertThat(WorkerCgroups.ofThisHost().why()).as("and the agent knows it").isPresent();
      return;
    }
    try (Launcher launcher = new Launcher(directory)) {
      WorkerCgroups cgroups = WorkerCgroups.at(base.get());
      Path cgroup = cgroups.make("web", "1.1.1", ResourcesConfig.NONE).orElseThrow();
      // A child in a session of its own is in no group that the agent could signal.
      Launched worker =
          launcher.launch(
              new LaunchSpec(
                  List.of("sh", "-c", "setsid sleep 600 & echo $!; exec sleep 600"),
                  Path.of("/"),
                  Map.of("PATH", "/usr/bin:/bin"),
                  directory.resolve("log"),
                  List.of(),
                  Optional.empty(),
                  ProcessLimits.NONE,
                  Optional.of(cgroup)));
      Eventually.until("both are in it", () -> processes(cgroup).size() == 2);
      assertThat(processes(cgroup)).contains(worker.pid());

      cgroups.killAllBut("web", Set.of(worker.pid()));
      assertThat(worker.process().isAlive()).as("one that lives is left alone").isTrue();
      worker.process().signal(Signal.SIGKILL);
      worker.status();
      assertThat(processes(cgroup)).as("the other is left").hasSize(1);

      assertThat(cgroups.ended("web", "1.1.1")).as("out of memory").isFalse();
      Eventually.until("nobody is left", () -> processes(cgroup).isEmpty());
      Path next = cgroups.make("web", "1.1.2", ResourcesConfig.NONE).orElseThrow();
      assertThat(Files.exists(cgroup)).as("the empty one is removed").isFalse();
      Files.delete(next);
    } finally {
      Files.delete(base.get());
    }
  }

  private static Optional<Path> make() throws IOException {
    Optional<Path> mount =
        Files.readAllLines(Path.of("/proc/self/mountinfo")).stream()
            .filter(line -> line.contains(" - cgroup2 "))
            .map(line -> Path.of(line.split(" ")[4]))
            .filter(Files::isWritable)
            .findFirst();
    return mount.isEmpty()
        ? Optional.empty()
        : Optional.of(Files.createTempDirectory(mount.get(), "pointsman-test-"));
  }

  private static List<Integer> processes(Path cgroup) throws IOException {
    return Files.exists(cgroup)
        ? Files.readAllLines(cgroup.resolve("cgroup.procs")).stream().map(Integer::valueOf).toList()
        : List.of();
  }
}
