package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** What becomes of workers that still run, but had better not; always under load. */
class UpkeepTest {
  /** What a connection to a worker that is killed can end with; nothing else may happen. */
  private static final Set<String> OF_A_DEAD_WORKER = Set.of("reset", "reset_idle", "truncated");

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  private static AppFile app() throws Exception {
    return AppFile.quick(Ports.free())
        .text("health.timeout", "2s")
        .text("health.event_loop_timeout", "4s")
        .text("roll.kill_timeout", "1s");
  }

  private Host serving(AppFile app, String behaviour) throws Exception {
    Host host = hosts.start(app);
    host.install(Bundle.plain(host, "r1", 1, Behaviour.of(behaviour)));
    host.awaitServing("web", "r1");
    return host;
  }

  /** Waits until slot 0 has another worker than {@code old}, and {@code old} has ended. */
  private static void awaitReplaced(Host host, long old) throws Exception {
    Eventually.until(
        "slot 0 has another worker",
        () -> host.online("web").getOrDefault(0, old) != old && !Processes.isAlive(old));
    host.awaitServing("web", "r1");
  }

  private static JsonNode exit(Host host) throws Exception {
    return host.status("web").get("workers").get(0).get("exit");
  }

  private static long replaced(Host host, String cause) throws Exception {
    return host.status("web").get("upkeep").get("replaced").path(cause).asLong();
  }

  /** Only what was under way on the worker that hung may be lost, and only when it is killed. */
  private void survivesAHungWorker(String behaviour, String signal) throws Exception {
    Host host = serving(app(), behaviour);
    Load load = host.load("web", 80);
    Map<Integer, Long> before = host.online("web");

    Processes.signal(before.get(0), signal);
    awaitReplaced(host, before.get(0));
    load.proceeds(20); // Whatever was on its way to the dead worker is decided.
    long failed = load.soFar().get("failed").asLong();
    load.proceeds(150);

    JsonNode report = load.stop();
    assertThat(report.get("failures").fieldNames()).toIterable().isSubsetOf(OF_A_DEAD_WORKER);
    assertThat(report.get("failed").asLong()).as("failures after the repair").isEqualTo(failed);
    assertThat(host.online("web")).containsEntry(1, before.get(1));
    assertThat(exit(host).get("killed").asBoolean()).isTrue();
    assertThat(exit(host).get("cause").asText()).isIn("hung", "unhealthy");
    assertThat(host.pointsman("status", "web").exits(0).out()).contains("was replaced");
  }

  @Test
  void replacesAWorkerThatIsStopped() throws Exception {
    survivesAHungWorker("", "STOP");
  }

  @Test
  void replacesAWorkerWhoseEventLoopIsBlockedForEver() throws Exception {
    survivesAHungWorker("\"onUsr2\":\"block\"", "USR2");
  }

  @Test
  void replacesAWorkerThatFailsItsProbesWithoutLosingARequest() throws Exception {
    Host host = serving(app(), "\"onUsr2\":\"sick\"");
    Load load = host.load("web", 80);
    Map<Integer, Long> before = host.online("web");

    Processes.signal(before.get(0), "USR2");
    awaitReplaced(host, before.get(0));
    load.proceeds(100);

    load.stopWithoutFailure();
    assertThat(replaced(host, "unhealthy")).isEqualTo(1);
    assertThat(exit(host).get("cause").asText()).isEqualTo("unhealthy");
    assertThat(exit(host).get("pid").asLong()).isEqualTo(before.get(0));
    assertThat(host.online("web")).containsEntry(1, before.get(1));
  }

  @Test
  void replacesAWorkerThatLeaksWithoutLosingARequest() throws Exception {
    Host host = serving(app().text("restart.max_memory", "250MiB"), "\"onUsr2\":\"leak\"");
    Load load = host.load("web", 80);
    Map<Integer, Long> before = host.online("web");

    Processes.signal(before.get(0), "USR2");
    awaitReplaced(host, before.get(0));
    load.proceeds(100);

    load.stopWithoutFailure();
    assertThat(replaced(host, "memory")).isEqualTo(1);
    assertThat(exit(host).get("cause").asText()).isEqualTo("memory");
    assertThat(host.online("web")).containsEntry(1, before.get(1));
  }

  @Test
  void replacesOldWorkersOneAfterTheOtherWithoutLosingARequest() throws Exception {
    Host host = serving(app().text("restart.max_lifetime", "6s"), "");
    Load load = host.load("web", 80);
    Map<Integer, Long> before = host.online("web");

    Eventually.until(
        "both have been replaced for their age", () -> replaced(host, "lifetime") >= 2);
    assertThat(host.online("web").values()).doesNotContainAnyElementsOf(before.values());
    load.proceeds(100);
    load.stopWithoutFailure();
  }

  @Test
  void leavesAllInPlaceInAnOutageThatTheyShare() throws Exception {
    Path flag = Files.createTempDirectory("pm-flag").resolve("down");
    Host host =
        serving(
            app()
                .text("env.DOWN", flag.toString())
                .text("roll.healthy_deadline", "6s")
                .text("restart.cooldown", "1s"),
            "\"sickIfExists\":\"DOWN\"");
    Load load = host.load("web", 80);
    Map<Integer, Long> before = host.online("web");

    Files.createFile(flag);
    Eventually.until(
        "two attempts have failed",
        () -> host.status("web").get("upkeep").get("failed").asLong() >= 2);
    Eventually.until(
        "the status says so",
        () -> host.status("web").get("notices").toString().contains("did not come up"));
    assertThat(host.online("web")).as("they serve all the same").isEqualTo(before);
    Files.delete(flag);

    Eventually.until(
        "all is well again", () -> host.status("web").get("condition").asText().equals("healthy"));
    load.proceeds(50);
    assertThat(replaced(host, "unhealthy")).isLessThanOrEqualTo(1); // One may have been under way.
    load.stopWithoutFailure();
    Files.delete(flag.getParent());
  }

  /** Nobody is condemned for the time in which the agent could not look. */
  @Test
  void condemnsNobodyForTheTimeInWhichTheAgentStoodStill() throws Exception {
    Host host =
        serving(app().text("health.timeout", "5s").set("health.failure_threshold", "1"), "");
    Load load = host.load("web", 80);
    Map<Integer, Long> before = host.online("web");

    Processes.signal(host.agent().pid(), "STOP");
    load.proceeds(80 * 20);
    Processes.signal(host.agent().pid(), "CONT");
    Eventually.until(
        "the agent has noticed", () -> host.agent().log().contains("The agent stood still"));
    load.proceeds(80 * 4); // Longer than any of the deadlines.

    assertThat(host.online("web")).isEqualTo(before);
    assertThat(host.status("web").get("condition").asText()).isEqualTo("healthy");
    assertThat(host.status("web").get("upkeep").get("replaced")).isEmpty();
    load.stopWithoutFailure();
  }

  @Test
  void aDeploymentOutlivesAStandstillThatIsLongerThanItsDeadlines() throws Exception {
    Host host = serving(app().text("roll.healthy_deadline", "8s"), "");
    Load load = host.load("web", 80);
    Bundle next = Bundle.plain(host, "r2", 2, Behaviour.of("\"slowStartMs\":3000"));
    String id = host.send(next, "?deploy=true").is(201).json().get("deployment").asText();
    Eventually.until(
        "the first new worker starts",
        () -> host.status("web").get("workers").toString().contains("\"launching\""));

    Processes.signal(host.agent().pid(), "STOP");
    load.proceeds(80 * 10);
    Processes.signal(host.agent().pid(), "CONT");

    assertThat(host.awaitOver(id).get("state").asText()).isEqualTo("successful");
    host.awaitServing("web", "r2");
    load.stopWithoutFailure();
  }
}
