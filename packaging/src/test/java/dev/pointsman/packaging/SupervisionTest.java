package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.DirectoryStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of workers that end by themselves. */
class SupervisionTest {
  /** What a connection to a worker that is killed can end with; nothing else may happen. */
  private static final Set<String> OF_A_DEAD_WORKER = Set.of("reset", "reset_idle", "truncated");

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void replacesAWorkerThatIsKilledWhileTheOthersServe() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Load load = host.load("web", 80);
    Map<Integer, Long> before = host.online("web");

    Processes.kill(before.get(0));
    Eventually.until(
        "slot 0 has another worker",
        () -> {
          Long now = host.online("web").get(0);
          return now != null && !now.equals(before.get(0));
        });
    host.awaitServing("web", "r1");
    load.proceeds(20); // Whatever was on its way to the dead worker is decided.
    long failedAtDeath = load.soFar().get("failed").asLong();
    load.proceeds(150);

    JsonNode report = load.stop();
    assertThat(report.get("failures").fieldNames()).toIterable().isSubsetOf(OF_A_DEAD_WORKER);
    assertThat(report.get("failed").asLong())
        .as("failures after the repair")
        .isEqualTo(failedAtDeath);
    assertThat(host.online("web")).containsEntry(1, before.get(1));
    assertThat(host.status("web").get("workers").get(0).get("lastExit").asText())
        .contains("SIGKILL");
  }

  @Test
  void restsAfterTooManyCrashesAndComesBackByItself() throws Exception {
    Path flag = Files.createTempDirectory("pm-flag").resolve("crash");
    AppFile app =
        AppFile.quick(Ports.free())
            .set("instances", "1")
            .text("env.CRASH_FLAG", flag.toString())
            .set("restart.max_restarts", "4")
            .text("restart.backoff_min", "50ms")
            .text("restart.backoff_max", "400ms")
            .text("restart.cooldown", "4s");
    Host host = hosts.start(app);
    host.install(Bundle.plain(host, "r1", 1, Behaviour.of("\"crashIfExists\":\"CRASH_FLAG\"")));
    host.awaitServing("web", "r1");

    Files.createFile(flag);
    Processes.kill(host.online("web").get(0));
    Eventually.until("the worker rests", () -> workerState(host).equals("errored"));
    // The one that was killed, then as many starts as may be in the window.
    assertThat(crashes(host)).isEqualTo(4);
    assertThat(host.status("web").get("condition").asText()).isEqualTo("down");
    Files.delete(flag);
    host.awaitServing("web", "r1");

    assertThat(crashes(host)).as("starts while it rested").isEqualTo(4);
    Files.delete(flag.getParent());
  }

  @Test
  void killsAnOldWorkerThatIgnoresItsStopSignal() throws Exception {
    Host host = hosts.start(AppFile.quick(Ports.free()).text("roll.kill_timeout", "1s"));
    host.install(Bundle.plain(host, "stubborn", 1, Behaviour.IGNORES_TERM));
    host.awaitServing("web", "stubborn");
    Load load = host.load("web", 80);
    Set<Long> stubborn = Set.copyOf(host.online("web").values());

    host.install(Bundle.plain(host, "r2", 2, Behaviour.of("\"slowStartMs\":1500")));
    Eventually.until(
        "the stubborn workers have ended",
        Duration.ofSeconds(30),
        () -> stubborn.stream().anyMatch(Processes::isAlive) ? "still there" : "");

    host.awaitServing("web", "r2");
    load.stopWithoutFailure();
  }

  @Test
  void revertsAReleaseThatCrashesOnceItIsLetIn() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Load load = host.load("web", 80);

    Bundle broken = Bundle.plain(host, "r2", 2, Behaviour.CRASHES_ONCE_PUBLIC);
    String id = host.send(broken, "?deploy=true").is(201).json().get("deployment").asText();
    JsonNode deployment = host.awaitOver(id);

    assertThat(deployment.get("state").asText()).isEqualTo("reverted");
    assertThat(deployment.get("failure").get("reason").asText()).isEqualTo("WorkerCrashed");
    host.awaitServing("web", "r1");
    long failed = load.soFar().get("failed").asLong();
    load.proceeds(100);
    JsonNode report = load.stop();
    assertThat(report.get("failed").asLong()).as("failures after the revert").isEqualTo(failed);
    assertThat(report.get("failures").fieldNames()).toIterable().isSubsetOf(OF_A_DEAD_WORKER);
  }

  @Test
  void revertsWhereTheOnlyWorkerCrashesOnceItIsLetIn() throws Exception {
    Host host =
        hosts.start(
            AppFile.quick(Ports.free()).set("instances", "1").text("roll.min_healthy_time", "3s"));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Load load = host.load("web", 80);

    Bundle broken = Bundle.plain(host, "r2", 2, Behaviour.CRASHES_ONCE_PUBLIC);
    String id = host.send(broken, "?deploy=true").is(201).json().get("deployment").asText();

    assertThat(host.awaitOver(id).get("state").asText()).isEqualTo("reverted");
    host.awaitServing("web", "r1");
    assertThat(load.stop().get("failures").fieldNames()).toIterable().isSubsetOf(OF_A_DEAD_WORKER);
  }

  private static String workerState(Host host) throws Exception {
    return host.status("web").get("workers").get(0).get("state").asText();
  }

  private static long crashes(Host host) throws Exception {
    long crashes = 0;
    try (DirectoryStream<Path> logs =
        Files.newDirectoryStream(host.app("web").resolve("logs"), "0-*.log")) {
      for (Path log : logs) {
        crashes +=
            Files.readAllLines(log).stream()
                .filter(line -> line.contains("I crash because of a file"))
                .count();
      }
    }
    return crashes;
  }
}
