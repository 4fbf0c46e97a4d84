package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The way back, and what cannot be asked for. */
class RollbackTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void goesBackUnderLoadAndForthByName() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
    Load load = host.load("web", 80);

    assertThat(host.pointsman("rollback", "web", "--wait").exits(0).said())
        .contains("r1", "successful");
    host.awaitServing("web", "r1");
    host.pointsman("rollback", "web", "r2", "--wait").exits(0);
    host.awaitServing("web", "r2");

    load.proceeds(50);
    load.stopWithoutFailure();
  }

  @Test
  void refusesWhatIsNotThere() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));

    assertThat(host.pointsman("rollback", "web", "--wait").exits(4).said())
        .contains("rollback.no-target");
    assertThat(host.pointsman("rollback", "web", "r0").exits(4).said())
        .contains("rollback.no-target");
    assertThat(host.pointsman("deploy", "web", "r9").exits(4).said()).contains("release.unknown");
    assertThat(host.pointsman("deploy", "shop", "r1").exits(4).said())
        .contains("app.unknown", "web");
    host.awaitServing("web", "r1");
  }

  @Test
  void admitsOneDeploymentAtATime() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.send(Bundle.plain(host, "r2", 2, Behaviour.GOOD)).is(201);
    host.send(Bundle.plain(host, "r3", 3, Behaviour.GOOD)).is(201);

    JsonNode first = host.deploy("web", "r2", false).is(202).json();
    host.deploy("web", "r3", true).isRefusal(409, "deployment.in-progress");
    host.api("POST", "/v1/apps/web/rollback", "-d", "{\"release\":\"r1\"}")
        .isRefusal(409, "deployment.in-progress");

    assertThat(host.awaitOver(first.get("id").asText()).get("state").asText())
        .isEqualTo("successful");
    host.awaitServing("web", "r2");
  }
}
