package dev.pointsman.agent.worker;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.GateConfig.Place;
import dev.pointsman.agent.config.GateConfig.Probe;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.config.GateConfig.Ready;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.api.WorkerStateName;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real processes of Python without any library, on a real socket. */
@Timeout(120)
final class PlainWorkerTest {
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
    return Objects.requireNonNull(host);
  }

  static WorkerKind kind(Ready ready, Probe probe, Place place) {
    return new WorkerKind(
        Protocol.SYSTEMD,
        ready,
        ready == Ready.UPTIME ? Duration.ofMillis(300) : Duration.ZERO,
        probe,
        place,
        List.of(),
        Duration.ZERO,
        false);
  }

  static WorkerKind trial(Place place) {
    return new WorkerKind(
        Protocol.SYSTEMD,
        Ready.NOTIFY,
        Duration.ZERO,
        Probe.HTTP,
        place,
        List.of(),
        Duration.ZERO,
        true);
  }

  private Generation release(String id, WorkerKind kind, Map<String, String> environment)
      throws Exception {
    Path release = Files.createDirectories(directory.resolve("releases").resolve(id));
    Files.copy(Path.of("src/test/resources/plain-worker.py"), release.resolve("app.py"));
    return host().release(id, List.of("python3", "app.py"), environment, Optional.empty(), kind);
  }

  private static WorkerResource only(NodeHost.Agent agent) {
    List<WorkerResource> all = agent.pool.workers();
    assertThat(all).hasSize(1);
    return all.getFirst();
  }

  private void healthy(NodeHost.Agent agent) throws Exception {
    assertThat(agent.pool.awaitHealthy(1, LONG))
        .as("healthy: %s, %s", agent.pool.slots(), agent.pool.workers())
        .isTrue();
  }

  @Test
  void isReadyWhenItSaysSoAndServesTheSharedSocket() throws Exception {
    Generation r1 = release("r1", kind(Ready.NOTIFY, Probe.NONE, Place.TRIAL), Map.of());
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, r1);
      healthy(agent);
      assertThat(host().ask()).isEqualTo("r1 " + only(agent).pid());
      Await.until("its status", () -> "serving".equals(only(agent).said()));
    }
  }

  @Test
  void theNewOneServesBeforeTheOldOneIsAskedToStop() throws Exception {
    WorkerKind kind = kind(Ready.NOTIFY, Probe.NONE, Place.TRIAL);
    Generation r1 = release("r1", kind, Map.of());
    Generation r2 = release("r2", kind, Map.of());
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, r1);
      healthy(agent);
      assertThat(agent.pool.replace(0, r2, false)).isEmpty();
      Await.until("the old one to be gone", () -> agent.pool.workers().size() == 1);
      assertThat(host().ask()).isEqualTo("r2 " + only(agent).pid());
    }
    assertThat(written()).contains("r1 stops in order");
  }

  @Test
  void whatNeverSaysThatItIsReadyIsNotLetInAndTheReasonIsSaid() throws Exception {
    WorkerKind kind = kind(Ready.NOTIFY, Probe.NONE, Place.TRIAL);
    Generation r1 = release("r1", kind, Map.of());
    Generation mute = release("mute", kind, Map.of("MUTE", "1"));
    try (NodeHost.Agent agent = host().agent(Duration.ofSeconds(2))) {
      agent.pool.keep(0, r1);
      healthy(agent);
      FailureResource failure = agent.pool.replace(0, mute, false).orElseThrow();
      assertThat(failure.reason()).isEqualTo("NeverListened");
      assertThat(failure.probes())
          .contains("it has not said READY=1 on NOTIFY_SOCKET", "it says of itself: warming up");
      Await.until("the failed one to be gone", () -> agent.pool.workers().size() == 1);
      assertThat(host().ask()).startsWith("r1 ");
    }
  }

  @Test
  void isReadyByUptimeWhereItCannotSayIt() throws Exception {
    Generation r1 = release("r1", kind(Ready.UPTIME, Probe.NONE, Place.TRIAL), Map.of("MUTE", "1"));
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, r1);
      healthy(agent);
    }
  }

  @Test
  void anotherAgentTakesItOverAndHearsIt() throws Exception {
    Generation r1 = release("r1", kind(Ready.NOTIFY, Probe.NONE, Place.TRIAL), Map.of());
    Integer pid;
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, r1);
      healthy(agent);
      pid = only(agent).pid();
    }
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.adopt(agent.shop);
      healthy(agent);
      assertThat(only(agent).pid()).isEqualTo(pid);
      assertThat(host().ask()).isEqualTo("r1 " + pid);
    }
  }

  /** It has users already, so it is not killed as one with the preload would be. */
  @Test
  void oneThatWasNotReadyWhenTheAgentDiedIsAskedToStop() throws Exception {
    Generation mute =
        release("mute", kind(Ready.NOTIFY, Probe.NONE, Place.TRIAL), Map.of("MUTE", "1"));
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, mute);
      Await.until(
          "the process", () -> host().left().stream().anyMatch(name -> name.endsWith(".json")));
      assertThat(host().ask()).startsWith("mute ");
      assertThat(only(agent).state()).isEqualTo(WorkerStateName.LAUNCHING);
    }
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.adopt(agent.shop);
      Await.until("it to be gone", () -> agent.pool.workers().isEmpty());
      Await.until("its files to be gone", () -> host().left().isEmpty());
    }
    assertThat(written()).contains("mute stops in order");
  }

  @Test
  void aNewGenerationIsTriedInPrivateFirst() throws Exception {
    Generation r1 = release("r1", trial(Place.TRIAL), Map.of());
    Generation r2 = release("r2", trial(Place.TRIAL), Map.of());
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, r1);
      healthy(agent);
      assertThat(agent.pool.replace(0, r2, false)).isEmpty();
      Await.until("the old one to be gone", () -> agent.pool.workers().size() == 1);
      assertThat(host().ask()).isEqualTo("r2 " + only(agent).pid());
      assertThat(told())
          .containsSubsequence(
              "worker.trial", "worker.trial_passed", "worker.trial_ended", "worker.online");
    }
  }

  @Test
  void whatFailsItsTrialNeverHasTheSharedSocket() throws Exception {
    Generation r1 = release("r1", trial(Place.TRIAL), Map.of());
    Generation sick = release("sick", trial(Place.TRIAL), Map.of("SICK", "1"));
    try (NodeHost.Agent agent = host().agent(Duration.ofSeconds(2))) {
      agent.pool.keep(0, r1);
      healthy(agent);
      String before = host().ask();
      FailureResource failure = agent.pool.replace(0, sick, false).orElseThrow();
      assertThat(failure.detail())
          .endsWith("That was in its private trial: no user was sent to it.");
      assertThat(failure.probes()).anyMatch(answer -> answer.startsWith("503 in "));
      assertThat(agent.pool.workers()).as("the trial is over when it has failed").hasSize(1);
      assertThat(host().ask()).isEqualTo(before);
      assertThat(told()).doesNotContain("worker.trial_passed");
      assertThat(told().stream().filter("worker.online"::equals)).hasSize(1);
    }
  }

  /** It serves nobody, so nothing is lost; and nobody else may find it serving. */
  @Test
  void aTrialThatTheAgentDidNotSurviveIsEnded() throws Exception {
    Generation mute = release("mute", trial(Place.TRIAL), Map.of("MUTE", "1"));
    try (NodeHost.Agent agent = host().agent()) {
      Thread deployment =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  agent.pool.replace(0, mute, false);
                } catch (InterruptedException e) {
                  Thread.currentThread().interrupt();
                }
              });
      Await.until(
          "the trial", () -> host().left().stream().anyMatch(name -> name.endsWith(".json")));
      deployment.interrupt();
      deployment.join();
    }
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.adopt(agent.shop);
      assertThat(agent.pool.workers()).isEmpty();
      assertThat(host().left()).isEmpty();
    }
    assertThat(written()).doesNotContain("mute stops in order");
  }

  /** Of many that share a socket, this asks the very one. */
  @Test
  void aPrivateDescriptorLetsEachWorkerBeAsked() throws Exception {
    WorkerKind kind = kind(Ready.NOTIFY, Probe.HTTP, Place.DESCRIPTOR);
    Generation r1 = release("r1", kind, Map.of());
    Generation sick = release("sick", kind, Map.of("SICK", "1"));
    try (NodeHost.Agent agent = host().agent(Duration.ofSeconds(2))) {
      agent.pool.keep(0, r1);
      healthy(agent);
      FailureResource failure = agent.pool.replace(0, sick, false).orElseThrow();
      assertThat(failure.probes()).anyMatch(answer -> answer.startsWith("503 in "));
      Await.until("the sick one to be gone", () -> agent.pool.workers().size() == 1);
      assertThat(host().ask()).startsWith("r1 ");
    }
  }

  @Test
  void aCommandOfTheAppsOwnDecides() throws Exception {
    WorkerKind kind =
        new WorkerKind(
            Protocol.SYSTEMD,
            Ready.NOTIFY,
            Duration.ZERO,
            Probe.EXEC,
            Place.TRIAL,
            List.of("sh", "-c", "kill -0 $POINTSMAN_WORKER_PID && test -n \"$WELL\""),
            Duration.ZERO,
            false);
    Generation well = release("well", kind, Map.of("WELL", "1"));
    Generation ill = release("ill", kind, Map.of());
    try (NodeHost.Agent agent = host().agent(Duration.ofSeconds(2))) {
      assertThat(agent.pool.replace(0, well, false)).isEmpty();
      FailureResource failure = agent.pool.replace(0, ill, false).orElseThrow();
      assertThat(failure.probes()).anyMatch(answer -> answer.startsWith("exit code 1 in "));
    }
  }

  @Test
  void aWorkerWhoseWatchdogMessageStaysAwayIsNoted() throws Exception {
    WorkerKind kind =
        new WorkerKind(
            Protocol.SYSTEMD,
            Ready.NOTIFY,
            Duration.ZERO,
            Probe.NONE,
            Place.TRIAL,
            List.of(),
            Duration.ofSeconds(1),
            false);
    Generation r1 = release("r1", kind, Map.of("BEATS", "12"));
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.keep(0, r1);
      healthy(agent);
      assertThat(agent.pool.slots().get(0).trouble()).isNull();
      Await.until(
          () -> "the silent worker to be noted: " + agent.pool.slots(),
          () -> agent.pool.slots().get(0).trouble() != null);
      // Ten probes pass meanwhile, none of which asks the worker anything.
      long end = System.nanoTime() + Duration.ofMillis(500).toNanos();
      while (System.nanoTime() < end) {
        assertThat(agent.pool.slots().get(0).trouble())
            .as("as long as it is silent")
            .isNotNull()
            .extracting(FailureResource::detail)
            .asString()
            .contains("WATCHDOG=1");
      }
    }
  }

  /** Needs root, as does the setting: where the tests do not run as root, it is refused. */
  @Test
  void aWorkerOfAnotherUserCanSayHowItIsAndNobodyElseCan() throws Exception {
    Path release = Files.createDirectories(directory.resolve("releases/r1"));
    Files.copy(Path.of("src/test/resources/plain-worker.py"), release.resolve("app.py"));
    Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwxr-xr-x"));
    Generation one =
        host()
            .release(
                "r1",
                List.of("python3", "app.py"),
                Map.of(),
                Optional.of("nobody"),
                kind(Ready.NOTIFY, Probe.HTTP, Place.DESCRIPTOR));
    boolean root = Files.getOwner(directory).getName().equals("root");
    Path notify = host().run.resolve("1.1.1.notify");
    try (NodeHost.Agent agent = host().agent()) {
      Optional<FailureResource> failure = agent.pool.replace(0, one, false);
      if (!root) {
        assertThat(failure.orElseThrow().reason()).isEqualTo("SpawnFailed");
        return;
      }
      assertThat(failure).isEmpty();
      assertThat(Files.getOwner(notify).getName()).isEqualTo("nobody");
      assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(notify)))
          .isEqualTo("rw-------");
    }
    try (NodeHost.Agent agent = host().agent()) {
      agent.pool.adopt(agent.shop);
      healthy(agent);
      assertThat(Files.getOwner(notify).getName())
          .as("of the socket that is bound anew")
          .isEqualTo("nobody");
    }
  }

  /** What all processes wrote. */
  private String written() throws Exception {
    StringBuilder all = new StringBuilder();
    try (var files = Files.newDirectoryStream(directory.resolve("logs"), "*.log")) {
      for (Path file : files) {
        all.append(Files.readString(file));
      }
    }
    return all.toString();
  }

  private List<String> told() {
    return host().events.since(null).stream().map(event -> event.type()).toList();
  }
}
