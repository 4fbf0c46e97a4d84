package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The agent goes and comes back; nobody who uses the app notices. */
class AgentRestartTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void adoptsItsWorkersAndTheirSocketAfterKill9() throws Exception {
    survives(host -> host.agent().kill());
  }

  @Test
  void adoptsItsWorkersAndTheirSocketAfterAnOrderlyStop() throws Exception {
    survives(host -> assertThat(host.agent().terminate()).as("exit code").isZero());
  }

  @Test
  void fillsTheSlotOfAWorkerThatEndedMeanwhile() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Map<Integer, Long> before = host.online("web");

    host.agent().kill();
    Processes.kill(before.get(1));
    Eventually.until("it has ended", () -> !Processes.isAlive(before.get(1)));
    host.agent().start();

    host.awaitServing("web", "r1");
    assertThat(host.online("web"))
        .containsEntry(0, before.get(0))
        .doesNotContainValue(before.get(1));
  }

  private interface Ending {
    void end(Host host) throws Exception;
  }

  private void survives(Ending ending) throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Map<Integer, Long> before = host.online("web");
    List<String> socket = Processes.listeningOn(host.port("web"));
    Load load = host.load("web", 80);

    ending.end(host);
    load.proceeds(100);
    host.agent().start();

    host.awaitServing("web", "r1");
    assertThat(host.online("web")).isEqualTo(before);
    assertThat(Processes.listeningOn(host.port("web"))).isEqualTo(socket);
    assertThat(Processes.descriptors(host.agent().pid())).containsValue(socket.getFirst());
    host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
    host.awaitServing("web", "r2");
    assertThat(Processes.listeningOn(host.port("web"))).isEqualTo(socket);
    load.proceeds(50);
    load.stopWithoutFailure();
  }
}
