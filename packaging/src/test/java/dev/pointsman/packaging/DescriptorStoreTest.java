package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Sockets that a service manager keeps for the agent; the manager is {@code service-manager.py}.
 */
class DescriptorStoreTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void getsItsSocketBackFromTheServiceManagerWhenNobodyElseHasIt() throws Exception {
    Host host = hosts.make();
    host.configure("web", AppFile.quick(Ports.free()));
    Manager manager = host.keep(Manager.start(host));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    List<String> socket = Processes.listeningOn(host.port("web"));
    String name = "web_" + host.port("web");
    assertThat(manager.stored()).containsExactly(name);
    long first = manager.agent();

    // Agent and workers die at once: without the manager the queue of connections would be gone.
    Map<Integer, Long> workers = host.online("web");
    Processes.kill(first);
    workers.values().forEach(Processes::kill);
    manager.awaitAgentAfter(first);

    host.awaitServing("web", "r1");
    assertThat(Processes.listeningOn(host.port("web"))).isEqualTo(socket);
    assertThat(Files.readString(manager.log())).contains("how=INHERITED");
    assertThat(manager.stored()).as("kept once").containsExactly(name);
    for (long worker : host.online("web").values()) {
      assertThat(Processes.descriptors(worker).values()).containsOnlyOnce(socket.getFirst());
    }

    // Under load, and once more by an upgrade in the same process.
    Load load = host.load("web", 80);
    long second = manager.agent();
    Processes.kill(second);
    manager.awaitAgentAfter(second);
    host.pointsman("upgrade-agent").exits(0);
    host.awaitServing("web", "r1");
    load.proceeds(50);
    load.stopWithoutFailure();
    assertThat(Processes.listeningOn(host.port("web"))).isEqualTo(socket);
  }

  @Test
  void letsTheServiceManagerForgetTheSocketOfAnAppThatIsGone() throws Exception {
    Host host = hosts.make();
    host.configure("web", AppFile.quick(Ports.free()));
    host.configure("api", AppFile.quick(Ports.free()));
    Manager manager = host.keep(Manager.start(host));
    assertThat(manager.stored()).hasSize(2);
    long first = manager.agent();

    Files.delete(host.root().resolve("etc/apps.d/api.toml"));
    Processes.kill(first);
    manager.awaitAgentAfter(first);

    Eventually.until("it is forgotten", () -> manager.stored().size() == 1);
    assertThat(manager.stored()).containsExactly("web_" + host.port("web"));
    assertThat(Processes.listeningOn(host.port("api")))
        .as("listeners of the app that is gone")
        .isEmpty();
    assertThat(Processes.listeningOn(host.port("web"))).hasSize(1);
  }

  @Test
  void letsTheServiceManagerForgetTheSocketOfAnAppThatIsRemovedWhileTheAgentRuns()
      throws Exception {
    Host host = hosts.make();
    host.configure("web", AppFile.quick(Ports.free()));
    host.configure("api", AppFile.quick(Ports.free()));
    Manager manager = host.keep(Manager.start(host));
    assertThat(manager.stored()).hasSize(2);

    Files.delete(host.root().resolve("etc/apps.d/api.toml"));
    host.pointsman("reload").exits(0);

    Eventually.until("it is forgotten", () -> manager.stored().size() == 1);
    assertThat(manager.stored()).containsExactly("web_" + host.port("web"));
    Eventually.until(
        "nobody listens for the app that is gone",
        () -> Processes.listeningOn(host.port("api")).isEmpty());
  }

  /** A service manager with the agent of a host as its service. */
  private record Manager(Host host, Path directory, Process process) implements Started {
    static Manager start(Host host) throws Exception {
      Path directory = Files.createDirectories(host.root().resolve("manager"));
      Process process =
          new Command(
                  List.of(
                      "python3",
                      Program.folder().resolve("src/test/resources/service-manager.py").toString(),
                      directory.toString(),
                      host.program(),
                      "agent",
                      "--config",
                      host.configFile().toString()),
                  host.root(),
                  host.environment())
              .start(directory.resolve("log"));
      Manager manager = new Manager(host, directory, process);
      manager.awaitAgentAfter(0);
      return manager;
    }

    Path log() {
      return directory.resolve("log");
    }

    long agent() throws Exception {
      return Long.parseLong(Files.readString(directory.resolve("pid")));
    }

    List<String> stored() throws Exception {
      Path store = directory.resolve("store");
      return Files.exists(store) ? Files.readAllLines(store) : List.of();
    }

    void awaitAgentAfter(long before) throws Exception {
      Eventually.until(
          "another agent is ready",
          Duration.ofSeconds(60),
          () -> {
            if (!process.isAlive()) {
              throw new AssertionError("the manager ended:\n" + Files.readString(log()));
            }
            boolean another = Files.exists(directory.resolve("pid")) && agent() != before;
            return another
                    && Files.exists(host.socket())
                    && host.api("GET", "/readyz").status() == 200
                ? ""
                : "not yet";
          });
    }

    @Override
    public void end() throws Exception {
      process.destroy();
      process.waitFor();
    }
  }
}
