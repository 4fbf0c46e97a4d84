package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.net.InetAddress;
import java.net.ServerSocket;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Somebody else holds the app's port, and cannot be made to give it. */
class SocketLostTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void refusesDeploymentsSaysWhyAndGoesOnByItselfWhenThePortIsFree() throws Exception {
    Host host;
    try (ServerSocket stranger = new ServerSocket(0, 1, InetAddress.getByName("127.0.0.1"))) {
      host = hosts.start(AppFile.quick(stranger.getLocalPort()));

      host.send(Bundle.plain(host, "r1", 1, Behaviour.GOOD)).is(201);
      host.deploy("web", "r1", false).isRefusal(503, "listen.lost");
      assertThat(host.status("web").get("notices").toString())
          .contains("could not be taken back", "(java)");
    }

    Eventually.until("the port is the agent's", () -> host.status("web").get("notices").isEmpty());
    host.awaitOver(host.deploy("web", "r1", false).is(202).json().get("id").asText());
    host.awaitServing("web", "r1");
  }
}
