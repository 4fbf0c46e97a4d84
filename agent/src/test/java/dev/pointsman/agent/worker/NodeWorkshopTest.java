package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.api.WorkerStateName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes of Node with the real preload, on a real socket. */
@Timeout(120)
final class NodeWorkshopTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path directory;
  private @Nullable NodeHost host;

  @BeforeEach
  void start() throws Exception {
    host = new NodeHost(directory);
  }

  @AfterEach
  void end() throws Exception {
    host().close();
  }

  private NodeHost host() {
    return java.util.Objects.requireNonNull(host);
  }

  private static WorkerResource only(NodeHost.Agent agent) {
    List<WorkerResource> all = agent.pool.workers();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private static int pid(WorkerResource worker) {
    return java.util.Objects.requireNonNull(worker.pid());
  }

  private void healthy(NodeHost.Agent agent, int slots) throws Exception {
    assertThat(agent.pool.awaitHealthy(slots, LONG))
        .as("healthy: %s, %s", agent.pool.slots(), agent.pool.workers())
        .isTrue();
  }

  /** Asks without a pause for as long as it is open. */
  private final class Load implements AutoCloseable {
    final List<String> failures = new CopyOnWriteArrayList<>();
    final AtomicInteger answers = new AtomicInteger();
    private final AtomicBoolean over = new AtomicBoolean();
    private final Thread thread = Thread.ofVirtual().start(this::run);

    private void run() {
      while (!over.get()) {
        try {
          assertThat(host().ask()).startsWith("r");
          answers.incrementAndGet();
        } catch (IOException | AssertionError e) {
          failures.add(e.toString());
        }
      }
    }

    void awaitAnswers(int more) throws Exception {
      int goal = answers.get() + more;
      Await.until(() -> "answers; failed: " + failures, () -> answers.get() >= goal);
    }

    void end() throws InterruptedException {
      over.set(true);
      thread.join();
    }

    @Override
    public void close() {
      over.set(true);
    }
  }

  @Test
  void replacesAWorkerUnderLoadWithoutAFailedRequest() throws Exception {
    Generation one = host().release("r1", Map.of());
    Generation two = host().release("r2", Map.of());
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, one);
      healthy(agent, 1);
      WorkerResource first = only(agent);
      assertThat(host().ask()).isEqualTo("r1 " + first.pid());
      try (Load load = new Load()) {
        load.awaitAnswers(20);
        assertThat(agent.pool.replace(0, two, false)).isEmpty();
        Await.until(() -> "one left: " + agent.pool.workers(), () -> left(agent) == 1);
        load.awaitAnswers(20);
        load.end();
        assertThat(load.failures).isEmpty();
      }
      assertThat(host().ask()).isEqualTo("r2 " + only(agent).pid());
      assertThat(host().left())
          .as("of the first nothing is left")
          .containsExactly("1.2.1", "1.2.1.json");
      agent.pool.retire(0);
      Await.until(() -> "nothing left: " + agent.pool.workers(), () -> left(agent) == 0);
      Await.until("no file left", () -> host().left().isEmpty());
      assertThat(agent.shop.living()).isEmpty();
    }
  }

  private static int left(NodeHost.Agent agent) {
    return agent.pool.workers().size();
  }

  @Test
  void keepsAWorkerThatIsNotWellPrivateAndShowsWhy() throws Exception {
    Generation one = host().release("r1", Map.of());
    Generation sick = host().release("r2", Map.of("SICK", "no database"));
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, one);
      healthy(agent, 1);
      Thread replacing = Thread.ofVirtual().unstarted(() -> replaceQuietly(agent, sick));
      replacing.start();
      WorkerResource trial =
          Await.value(
              "the second worker",
              () ->
                  agent.pool.workers().stream()
                      .filter(it -> it.release().equals("r2"))
                      .findFirst());
      Path log = directory.resolve("logs").resolve("0.log");
      Await.until("it is up", () -> Files.readAllLines(log).size() == 1);
      for (int i = 0; i < 20; i++) {
        assertThat(host().ask()).startsWith("r1");
      }
      assertThat(trial.state()).isNotEqualTo(WorkerStateName.ONLINE);
      replacing.interrupt();
      replacing.join();
    }
  }

  private static void replaceQuietly(NodeHost.Agent agent, Generation generation) {
    try {
      Optional<FailureResource> failure = agent.pool.replace(0, generation, false);
      assertThat(failure).isPresent();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void aWorkerThatIsKilledIsStartedAgain() throws Exception {
    Generation one = host().release("r1", Map.of());
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, one);
      healthy(agent, 1);
      int first = pid(only(agent));
      agent.kill(first);
      Await.until("the next attempt", () -> only(agent).incarnation().equals("1.1.2"));
      healthy(agent, 1);
      assertThat(only(agent).lastExit()).startsWith("killed by SIGKILL from outside");
      assertThat(host().ask()).isEqualTo("r1 " + only(agent).pid()).isNotEqualTo("r1 " + first);
    }
  }

  @Test
  void aSpecificationThatIsGoneIsTheHostsFaultAndTriedAgain() throws Exception {
    Generation one = host().release("r1", Map.of());
    Path spec = directory.resolve("generations").resolve(one.digest() + ".json");
    byte[] content = Files.readAllBytes(spec);
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, one);
      healthy(agent, 1);
      Files.delete(spec);
      agent.kill(pid(only(agent)));
      Await.until(
          () -> "host fault: " + agent.pool.slots(),
          () -> {
            FailureResource trouble = agent.pool.slots().get(0).trouble();
            return trouble != null && trouble.reason().equals("HostFault");
          });
      Files.write(spec, content);
      healthy(agent, 1);
    }
  }

  @Test
  void anAppWithItsOwnClusterComesOnline() throws Exception {
    Generation one = host().release("r1", Map.of("CLUSTER", "1"));
    try (NodeHost.Agent agent = host().agent()) {
      assertThat(agent.pool.replace(0, one, false)).isEmpty();
      assertThat(host().ask()).startsWith("r1 ");
    }
  }

  @Test
  void theNextRunTakesItsWorkersOver() throws Exception {
    Generation one = host().release("r1", Map.of());
    int pid;
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, one);
      healthy(agent, 1);
      pid = pid(only(agent));
    }
    try (Load load = new Load();
        NodeHost.Agent next = host().agent()) {
      load.awaitAnswers(5);
      Files.delete(directory.resolve("generations").resolve(one.digest() + ".json"));
      next.pool.adopt(next.shop);
      healthy(next, 1);
      assertThat(only(next).pid()).isEqualTo(pid);
      assertThat(only(next).incarnation()).isEqualTo("1.1.1");
      assertThat(next.pool.slots().get(0).generation()).isEqualTo(one);
      load.awaitAnswers(5);
      load.end();
      assertThat(load.failures).isEmpty();
      next.pool.retire(0);
      Await.until("it drains and ends", () -> left(next) == 0);
      Await.until("no file left", () -> host().left().isEmpty());
    }
  }

  @Test
  void aWorkerThatWasDrainingGoesOnDrainingUnderTheNextRun() throws Exception {
    Generation one = host().release("r1", Map.of());
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, one);
      healthy(agent, 1);
    }
    Path worker = host().run.resolve("1.1.1");
    WorkerHandle.read(worker).orElseThrow().at(WorkerHandle.Stage.DRAINING).write(worker);
    try (NodeHost.Agent next = host().agent()) {
      next.pool.adopt(next.shop);
      assertThat(next.pool.slots()).isEmpty();
      Await.until("it is gone", () -> left(next) == 0 && host().left().isEmpty());
    }
  }

  @Test
  void aWorkerThatEndedMeanwhileLeavesItsSlotEmpty() throws Exception {
    Generation one = host().release("r1", Map.of());
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, one);
      healthy(agent, 1);
      RunningProcess process = agent.shop.living().getFirst();
      agent.pool.stop();
      process.signal(Signal.SIGKILL);
      Await.until("it is reaped", () -> agent.shop.living().isEmpty());
    }
    try (NodeHost.Agent next = host().agent()) {
      next.pool.adopt(next.shop);
      assertThat(next.pool.slots()).isEmpty();
      assertThat(host().left()).isEmpty();
    }
  }

  @Test
  void aWorkerThatWasStillPrivateIsEnded() throws Exception {
    Generation sick = host().release("r1", Map.of("SICK", "no database"));
    int pid;
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, sick);
      Await.until("it is there", () -> only(agent).pid() != null);
      pid = pid(only(agent));
    }
    assertThat(host().left()).containsExactly("1.1.1", "1.1.1.json");
    adoptNothing(pid);
  }

  /** The agent died between the start and the handle. */
  @Test
  void aProcessThatWasNeverWrittenDownIsEnded() throws Exception {
    Path worker = WorkerDirectories.make(host().run, new Incarnation(1, 1, 1), Optional.empty());
    int pid;
    try (NodeHost.Agent agent = host().agent()) {
      LaunchSpec launch =
          new LaunchSpec(
              List.of("/bin/sleep", "600"),
              directory,
              Map.of("POINTSMAN_DIR", worker.toString()),
              directory.resolve("sleep.log"),
              List.of(),
              Optional.empty());
      pid = agent.processes.launch(launch, _ -> {}).identity().pid();
    }
    adoptNothing(pid);
  }

  /** The agent died between the directory and the start. */
  @Test
  void aDirectoryWithoutAProcessIsRemoved() throws Exception {
    WorkerDirectories.make(host().run, new Incarnation(1, 1, 1), Optional.empty());
    try (NodeHost.Agent next = host().agent()) {
      next.pool.adopt(next.shop);
      assertThat(host().left()).isEmpty();
    }
  }

  /** What cannot be removed must not keep the agent from starting. */
  @Test
  void aDirectoryThatCannotBeRemovedIsLeftAlone() throws Exception {
    Path worker = WorkerDirectories.make(host().run, new Incarnation(1, 1, 1), Optional.empty());
    Files.createDirectories(worker.resolve("cache").resolve("of-the-app"));
    try (NodeHost.Agent next = host().agent()) {
      next.pool.adopt(next.shop);
      assertThat(next.pool.slots()).isEmpty();
    }
  }

  private void adoptNothing(int pid) throws Exception {
    try (NodeHost.Agent next = host().agent()) {
      next.pool.adopt(next.shop);
      assertThat(next.pool.slots()).isEmpty();
      assertThat(next.pool.workers()).isEmpty();
      assertThat(host().left()).isEmpty();
      Await.until("process " + pid + " ended", () -> !Files.exists(Path.of("/proc/" + pid)));
    }
  }

  @Test
  void ofTwoInASlotTheNewestThatAcceptsStaysAndTheOtherDrains() throws Exception {
    Generation one = host().release("r1", Map.of());
    Generation two = host().release("r2", Map.of());
    try (NodeHost.Agent first = host().agent();
        NodeHost.Agent second = host().agent()) {
      first.pool.keep(0, one);
      healthy(first, 1);
      second.pool.keep(0, two);
      healthy(second, 1);
    }
    try (Load load = new Load();
        NodeHost.Agent next = host().agent()) {
      load.awaitAnswers(5);
      next.pool.adopt(next.shop);
      assertThat(next.pool.slots().get(0).generation()).isEqualTo(two);
      Await.until(() -> "one left: " + next.pool.workers(), () -> left(next) == 1);
      load.awaitAnswers(5);
      load.end();
      assertThat(load.failures).isEmpty();
      healthy(next, 1);
    }
  }

  @Test
  void ofTwoInASlotTheOlderStaysWhereTheNewerDoesNotConfirm() throws Exception {
    Generation one = host().release("r1", Map.of());
    Generation two = host().release("r2", Map.of());
    try (NodeHost.Agent first = host().agent();
        NodeHost.Agent second = host().agent()) {
      first.pool.keep(0, one);
      healthy(first, 1);
      second.pool.keep(0, two);
      healthy(second, 1);
      second.signal(pid(only(second)), Signal.SIGSTOP);
    }
    try (NodeHost.Agent next = host().agent()) {
      next.pool.adopt(next.shop);
      assertThat(next.pool.slots().get(0).generation()).isEqualTo(one);
      Await.until(
          () -> "r2 drains: " + next.pool.workers(),
          () ->
              next.pool.workers().stream()
                  .anyMatch(
                      it -> it.release().equals("r2") && it.state() == WorkerStateName.DRAINING));
      healthy(next, 1);
    }
  }

  /** Needs root, as does the setting: where the tests do not run as root, it is refused. */
  @Test
  void aWorkerOfAnotherUserHasADirectoryOfItsOwnAndNoSayInItsHandle() throws Exception {
    Generation one = host().release("r1", Map.of(), Optional.of("nobody"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    boolean root = Files.getOwner(directory).getName().equals("root");
    try (NodeHost.Agent agent = host().agent()) {
      Optional<FailureResource> failure = agent.pool.replace(0, one, false);
      if (!root) {
        assertThat(failure.orElseThrow().reason()).isEqualTo("SpawnFailed");
        return;
      }
      assertThat(failure).isEmpty();
      assertThat(host().ask()).startsWith("r1 ");
      assertThat(Files.getOwner(host().run.resolve("1.1.1")).getName()).isEqualTo("nobody");
      assertThat(Files.getOwner(host().run.resolve("1.1.1.json")).getName()).isEqualTo("root");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(host().run)))
          .isEqualTo("rwx--x--x");
    }
  }
}
