package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Changes of the configuration, apps that are taken away, and hosts that were restarted. */
class ConfigurationTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  private static List<String> pending(Host host) throws Exception {
    List<String> lines = new ArrayList<>();
    host.status("web").get("pending").forEach(line -> lines.add(line.asText()));
    return lines;
  }

  private static Map<String, String> environmentOfSlot0(Host host) throws Exception {
    return Processes.environment(host.online("web").get(0));
  }

  @Test
  void aChangedVariableIsPlannedShownAndRolledWhenAPersonWantsIt() throws Exception {
    int port = Ports.free();
    Host host = hosts.make();
    Path file = host.root().resolve("etc/apps.d/web.env");
    Files.createDirectories(file.getParent());
    Files.writeString(file, "DB_URL=secret-one\nOLD_KEY=x\n");
    host.configure("web", AppFile.quick(port).text("env_file", "web.env"));
    host.agent().start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    assertThat(host.pointsman("plan", "web").exits(0).said()).contains("nothing to do");
    Load load = host.load("web", 80);

    Files.writeString(file, "DB_URL=secret-two\nNEW_KEY=y\n");
    assertThat(host.pointsman("plan", "web").exits(0).said())
        .contains("env added   NEW_KEY", "env gone    OLD_KEY", "env changed DB_URL")
        .doesNotContain("secret");
    Map<Integer, Long> before = host.online("web");
    assertThat(host.pointsman("reload").exits(0).said())
        .contains("web: pending: env: +NEW_KEY -OLD_KEY ~DB_URL", "pointsman reload --apply");
    assertThat(pending(host)).containsExactly("env: +NEW_KEY -OLD_KEY ~DB_URL");
    assertThat(host.online("web")).as("never silently").isEqualTo(before);
    assertThat(environmentOfSlot0(host)).containsEntry("DB_URL", "secret-one");

    String said = host.pointsman("reload", "--apply").exits(0).said();
    assertThat(said).contains("web: web-2 begins");
    assertThat(host.awaitOver("web-2").get("state").asText()).isEqualTo("successful");
    assertThat(environmentOfSlot0(host))
        .containsEntry("DB_URL", "secret-two")
        .containsEntry("NEW_KEY", "y")
        .doesNotContainKey("OLD_KEY");
    assertThat(pending(host)).isEmpty();
    load.proceeds(50);
    load.stopWithoutFailure();
  }

  @Test
  void aMistakeKeepsTheOldConfigurationAndSaysWhere() throws Exception {
    int port = Ports.free();
    Host host = hosts.start(AppFile.quick(port));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    Map<Integer, Long> before = host.online("web");

    host.configure("web", AppFile.quick(port).text("roll.drain_timeuot", "1s"));
    assertThat(host.pointsman("reload").exits(4).said())
        .contains("config.invalid", "web.toml:", "did you mean drain_timeout?");
    assertThat(host.pointsman("deploy", "web", "r1").exits(4).said()).contains("config.invalid");
    assertThat(host.online("web")).isEqualTo(before);
    host.pointsman("rollback", "web", "r1", "--wait").exits(0); // Needs no file.

    host.configure(
        "web", AppFile.quick(port).text("roll.drain_timeout", "7s").set("instances", "3"));
    assertThat(host.pointsman("reload").exits(0).said())
        .contains("web: roll counts", "web: pending: instances: 2 -> 3");
    assertThat(host.status("web").get("condition").asText()).isEqualTo("healthy");
    host.pointsman("deploy", "web", "r1", "--wait").exits(0);
    assertThat(host.online("web")).hasSize(3);
  }

  @Test
  void aPlanShowsAnEditAndPutsNothingOfItIntoForce() throws Exception {
    int port = Ports.free();
    Host host = hosts.start(AppFile.quick(port));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.configure(
        "web", AppFile.quick(port).text("roll.drain_timeout", "7s").set("instances", "3"));
    assertThat(host.pointsman("plan", "web").exits(0).said()).contains("2 -> 3");
    assertThat(host.pointsman("reload").exits(0).said())
        .as("the edit counts with the reload, not with the plan")
        .contains("web: roll counts", "web: pending: instances: 2 -> 3");
  }

  @Test
  void aHangupReadsItAgain() throws Exception {
    int port = Ports.free();
    Host host = hosts.start(AppFile.quick(port));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.configure("web", AppFile.quick(port).text("env.NEW", "x"));
    new Command(List.of("kill", "-HUP", Long.toString(host.agent().pid())), host.root(), Map.of())
        .run()
        .exits(0);
    Eventually.until("it is read", () -> pending(host).equals(List.of("env: +NEW")));
    assertThat(host.agent().isAlive()).isTrue();
  }

  @Test
  void noProcessOutlivesTheRemovalOfItsApp() throws Exception {
    Host host = hosts.make();
    host.configure("web", AppFile.quick(Ports.free()));
    host.configure("shop", AppFile.quick(Ports.free()));
    host.agent().start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    Set<Long> workers = new TreeSet<>(host.online("web").values());
    assertThat(workers).hasSize(2);

    Files.delete(host.root().resolve("etc/apps.d/web.toml"));
    assertThat(host.pointsman("reload").exits(0).said())
        .contains("web: its file is gone; its workers are drained and stopped");
    Eventually.until("all are gone", () -> workers.stream().noneMatch(Processes::isAlive));
    Eventually.until("so is its directory", () -> !Files.exists(host.run().resolve("web")));
    host.api("GET", "/v1/apps/web").isRefusal(404, "app.unknown");
    assertThat(host.get("/v1/apps").get("apps")).hasSize(1);
    assertThat(host.app("web").resolve("releases/r1")).isDirectory();
    try (java.net.ServerSocket free = new java.net.ServerSocket()) {
      free.setReuseAddress(true);
      free.bind(new java.net.InetSocketAddress("127.0.0.1", host.port("web")));
    }
  }

  @Test
  void noProcessOutlivesTheRemovalOfItsAppWhileTheAgentIsAway() throws Exception {
    int port = Ports.free();
    Host host = hosts.start(AppFile.quick(port));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    Set<Long> workers = new TreeSet<>(host.online("web").values());
    host.agent().kill();
    Files.delete(host.root().resolve("etc/apps.d/web.toml"));

    host.agent().start();
    assertThat(workers).noneMatch(Processes::isAlive);
    assertThat(host.run().resolve("web")).doesNotExist();

    host.agent().kill();
    host.configure("web", AppFile.quick(port));
    host.agent().start();
    host.awaitServing("web", "r1"); // Put back, it runs as before.
    host.agent().kill();
    Set<Long> again = Processes.workersBelow(host.run());
    assertThat(again).hasSize(2);
    deleteTree(host.run()); // Nothing tells of them any more but themselves.
    Files.delete(host.root().resolve("etc/apps.d/web.toml"));
    host.agent().start();
    assertThat(again).noneMatch(Processes::isAlive);
  }

  @Test
  void afterAHostsRestartAllSlotsComeBack() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.pointsman("scale", "web", "3", "--wait").exits(0);
    host.agent().kill();
    for (long pid : Processes.workersBelow(host.run())) {
      new Command(List.of("kill", "-9", Long.toString(pid)), host.root(), Map.of()).run().exits(0);
      Eventually.until(pid + " is gone", () -> !Processes.isAlive(pid));
    }
    deleteTree(host.run());

    host.agent().start();
    Eventually.until("all slots serve", () -> host.online("web").size() == 3);
    host.awaitServing("web", "r1");
    assertThat(Processes.workersBelow(host.run())).hasSize(3);
    JsonNode web = host.status("web");
    assertThat(web.get("condition").asText()).isEqualTo("healthy");
    host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
    host.awaitServing("web", "r2");
  }

  @Test
  void theDoctorKnowsTheAgentAndItsWorkersFromOthers() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    String config = host.configFile().toString();
    assertThat(host.pointsman("doctor", "--config", config).said())
        .contains(
            "ok   agent: process " + host.agent().pid() + " runs on " + host.state(),
            "ok   ports: app web's 127.0.0.1:" + host.port("web") + " is held by its own",
            "ok   current: " + host.app("web").resolve("current") + " is a link",
            "ok   node: ");
    host.agent().kill();
    assertThat(host.pointsman("doctor", "--config", config).said())
        .contains("warn agent: no agent runs on " + host.state(), "systemctl start pointsman")
        .contains("is held by its own");
  }

  @Test
  void aSecondAgentOnTheSameRootIsRefused() throws Exception {
    Host host = hosts.start();
    Path other = host.root().resolve("etc/other.toml");
    Files.createDirectories(host.root().resolve("etc/none.d"));
    Files.writeString(
        other,
        "root = \"%s\"\nrun = \"%s\"\napps = \"none.d\"\nstore.allow_filesystem = \"any\"\n"
            .formatted(host.state(), host.root().resolve("run2")));
    Command.Ran second = host.command("agent", "--config", other.toString()).run();
    assertThat(second.exits(1).said())
        .contains(
            "another agent runs on " + host.state(), "stop it first, or give this one a root");
    assertThat(host.agent().isAlive()).isTrue();
    assertThat(host.api("GET", "/readyz").status()).isEqualTo(200);
  }

  private static void deleteTree(Path tree) throws Exception {
    try (java.util.stream.Stream<Path> walk = Files.walk(tree)) {
      for (Path entry : walk.sorted(java.util.Comparator.reverseOrder()).toList()) {
        Files.delete(entry);
      }
    }
  }
}
