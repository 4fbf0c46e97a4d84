package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * The agent becomes another version of itself in the same process; nobody who uses the app notices.
 */
class UpgradeTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void becomesTheNewProgramUnderLoadWithItsWorkersAndTheirSocket() throws Exception {
    Host host = started();
    Map<Integer, Long> workers = host.online("web");
    List<String> socket = Processes.listeningOn(host.port("web"));
    long pid = host.agent().pid();
    Load load = host.load("web", 100);

    for (String version : List.of("v2", "v3")) {
      install(host, version);
      Command.Ran upgraded = host.pointsman("upgrade-agent").exits(0);

      assertThat(upgraded.said()).contains("process " + pid, "workers were not touched");
      assertThat(host.agent().pid()).isEqualTo(pid);
      assertThat(host.agent().isAlive()).isTrue();
      assertThat(commandLine(pid)).contains(host.root().resolve(version).toString());
      host.awaitServing("web", "r1");
      assertThat(host.online("web")).isEqualTo(workers);
      assertThat(Processes.listeningOn(host.port("web"))).isEqualTo(socket);
      assertThat(Processes.descriptors(pid).values())
          .as("one copy of the socket, whatever the number of upgrades")
          .containsOnlyOnce(socket.getFirst());
      assertThat(host.agent().log()).contains("how=INHERITED");
    }

    host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
    host.awaitServing("web", "r2");
    load.proceeds(50);
    load.stopWithoutFailure();
    assertThat(host.agent().terminate()).as("exit code of an orderly stop").isZero();
  }

  @Test
  void finishesADeploymentThatWasUnderWay() throws Exception {
    Host host = started();
    install(host, "v2");
    Load load = host.load("web", 100);
    Bundle slow = Bundle.plain(host, "r2", 2, Behaviour.of("\"slowStartMs\":1500"));
    String id = host.send(slow, "?deploy=true").is(201).json().get("deployment").asText();
    Eventually.until("the roll has begun", () -> host.status("web").get("workers").size() > 2);

    host.pointsman("upgrade-agent").exits(0);

    assertThat(host.awaitOver(id).get("state").asText()).isEqualTo("successful");
    host.awaitServing("web", "r2");
    load.proceeds(50);
    load.stopWithoutFailure();
  }

  @Test
  void tellsHowAWorkerEndedWhileNoAgentLooked() throws Exception {
    Host host = started();
    install(host, "v2");
    long worker = host.online("web").get(0);
    host.api("POST", "/v1/agent/upgrade").is(202);
    Eventually.until("nobody looks", () -> !Files.exists(host.socket()));

    Command.of(host.root(), "kill", "-ABRT", Long.toString(worker)).run().exits(0);

    Eventually.until(
        "the new agent answers", Duration.ofSeconds(60), () -> ready(host) ? "" : "not yet");
    host.awaitServing("web", "r1");
    JsonNode first = host.status("web").get("workers").get(0);
    assertThat(first.get("pid").asLong()).isNotEqualTo(worker);
    assertThat(first.get("lastExit").asText()).contains("SIGABRT");
    assertThat(Files.exists(Path.of("/proc/" + worker))).as("a zombie").isFalse();
  }

  @Test
  void goesOnWhereTheNewProgramDoesNotWork() throws Exception {
    Host host = started();
    Path broken = Files.createDirectories(host.root().resolve("broken/bin"));
    Path program =
        Files.writeString(broken.resolve("pointsman"), "#!/bin/sh\necho no java\nexit 69\n");
    assertThat(program.toFile().setExecutable(true)).isTrue();
    link(host, "broken");

    host.api("POST", "/v1/agent/upgrade").isRefusal(409, "agent.upgrade");

    host.use(host.root().resolve("v1")); // The command, that is.
    assertThat(host.pointsman("upgrade-agent").exits(4).said()).contains("exit code 69: no java");
    host.awaitServing("web", "r1");
  }

  @Test
  void goesBackWhereTheNewProgramCannotStart() throws Exception {
    Host host = started();
    install(host, "v2");
    Files.delete(host.root().resolve("v2/preload/pointsman-preload.cjs"));
    Map<Integer, Long> workers = host.online("web");
    long pid = host.agent().pid();
    Load load = host.load("web", 80);

    host.pointsman("upgrade-agent").exits(0);

    assertThat(commandLine(pid)).contains(host.root().resolve("v1").toString());
    assertThat(host.agent().log()).contains("The new agent cannot start; going back to");
    host.awaitServing("web", "r1");
    assertThat(host.online("web")).isEqualTo(workers);
    load.proceeds(50);
    load.stopWithoutFailure();
  }

  /** A host whose agent runs from the link {@code current}, as where versions lie side by side. */
  private Host started() throws Exception {
    Host host = hosts.make();
    install(host, "v1");
    host.use(host.root().resolve("current"));
    host.configure("web", AppFile.quick(Ports.free()));
    host.agent().start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    return host;
  }

  private static void install(Host host, String version) throws Exception {
    Command.of(
            host.root(),
            "cp",
            "-a",
            Program.distribution().toString(),
            host.root().resolve(version).toString())
        .run()
        .exits(0);
    link(host, version);
  }

  private static void link(Host host, String version) throws Exception {
    Path beside = Files.createSymbolicLink(host.root().resolve("current.new"), Path.of(version));
    Files.move(beside, host.root().resolve("current"), StandardCopyOption.ATOMIC_MOVE);
  }

  private static boolean ready(Host host) throws Exception {
    return Files.exists(host.socket()) && host.api("GET", "/readyz").status() == 200;
  }

  private static String commandLine(long pid) throws Exception {
    return Files.readString(Path.of("/proc/" + pid + "/cmdline")).replace('\0', ' ');
  }
}
