package dev.pointsman.agent.cgroup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The decisions, on a directory that looks like the kernel's. */
class WorkerCgroupsTest {
  private static final ResourcesConfig LIMITED =
      new ResourcesConfig(
          Optional.of(64L << 20),
          Optional.of(48L << 20),
          Optional.of(20),
          Optional.of(50),
          Optional.empty(),
          Optional.empty(),
          Optional.empty(),
          0,
          022);

  @TempDir Path base;

  @BeforeEach
  void kernel() throws Exception {
    Files.writeString(base.resolve("cgroup.controllers"), "cpu io memory pids\n");
    Files.writeString(base.resolve("cgroup.subtree_control"), "");
    Files.createDirectory(base.resolve("agent"));
  }

  private Path worker(String name, String pids, int populated) throws Exception {
    Path directory = Files.createDirectory(base.resolve(name));
    Files.writeString(directory.resolve("cgroup.procs"), pids);
    Files.writeString(
        directory.resolve("cgroup.events"), "populated " + populated + "\nfrozen 0\n");
    Files.writeString(directory.resolve("cgroup.kill"), "");
    return directory;
  }

  @Test
  void refusesALimitThatNobodyWouldKeepAndSaysWhy() {
    WorkerCgroups none = WorkerCgroups.none("the agent is in no cgroup of its own");

    Rejected rejected =
        catchThrowableOfType(Rejected.class, () -> none.make("web", "1.1.1", LIMITED));

    assertThat(rejected.code()).isEqualTo(ErrorCode.COMMAND_INVALID);
    assertThat(rejected.detail())
        .startsWith("memory_max under [resources] cannot be kept here: the agent is in no cgroup");
    assertThat(none.why()).contains("the agent is in no cgroup of its own");
  }

  @Test
  void refusesALimitWhoseControllerIsNotDelegated() throws Exception {
    Files.writeString(base.resolve("cgroup.controllers"), "memory cpu\n");
    WorkerCgroups cgroups = WorkerCgroups.at(base);
    assertThat(cgroups.controllers()).isEqualTo(Set.of("memory", "cpu"));

    Rejected rejected =
        catchThrowableOfType(Rejected.class, () -> cgroups.make("web", "1.1.1", LIMITED));

    assertThat(rejected.detail()).contains("pids_max", "controller 'pids' is not delegated");
    assertThat(Files.exists(base.resolve("worker_web_1.1.1"))).isFalse();
  }

  @Test
  void needsNoCgroupWhereNoLimitIsAskedFor() throws Exception {
    assertThat(WorkerCgroups.none("none").make("web", "1.1.1", ResourcesConfig.NONE)).isEmpty();
    assertThat(WorkerCgroups.none("none").ended("web", "1.1.1")).isFalse();
  }

  @Test
  void tellsThatMemoryRanOut() throws Exception {
    WorkerCgroups cgroups = WorkerCgroups.at(base);
    Path directory = worker("worker_web_1.1.1", "", 0);
    Files.writeString(directory.resolve("memory.events"), "low 0\noom 2\noom_kill 1\n");

    assertThat(cgroups.ended("web", "1.1.1")).isTrue();
    Files.writeString(directory.resolve("memory.events"), "low 0\noom 2\noom_kill 0\n");
    assertThat(cgroups.ended("web", "1.1.1")).isFalse();
    assertThat(Files.readString(directory.resolve("cgroup.kill"))).as("nobody is left").isEmpty();
  }

  @Test
  void killsWhatAWorkerLeft() throws Exception {
    Path directory = worker("worker_web_1.1.1", "4711\n", 1);

    WorkerCgroups.at(base).ended("web", "1.1.1");

    assertThat(Files.readString(directory.resolve("cgroup.kill"))).isEqualTo("1");
  }

  @Test
  void killsWhatEarlierRunsLeftButNoWorkerThatLivesAndNobodyElses() throws Exception {
    Path living = worker("worker_web_1.1.1", "4711\n4712\n", 1);
    Path left = worker("worker_web_1.2.1", "4713\n", 1);
    Path other = worker("worker_web-1_1.1.1", "4714\n", 1);
    Path stranger = worker("something", "4715\n", 1);

    WorkerCgroups.at(base).killAllBut("web", Set.of(4711));

    assertThat(Files.readString(left.resolve("cgroup.kill"))).isEqualTo("1");
    for (Path spared : List.of(living, other, stranger)) {
      assertThat(Files.readString(spared.resolve("cgroup.kill"))).as(spared.toString()).isEmpty();
    }
  }
}
