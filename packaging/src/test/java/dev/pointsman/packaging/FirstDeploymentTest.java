package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** There is nothing yet to go back to. */
class FirstDeploymentTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void leavesNothingBehindWhenItFails() throws Exception {
    Host host = hosts.start();
    Bundle broken = Bundle.plain(host, "broken", 1, Behaviour.CRASHES_AT_START.fromSlot(1));

    Command.Ran pushed =
        host.pointsman("push", "--deploy", "--wait", broken.directory().toString()).exits(1);

    assertThat(pushed.said()).contains("WorkerCrashed", "I crash at start");
    Eventually.until("no worker is left", () -> Processes.workersBelow(host.run()).isEmpty());
    JsonNode status = host.status("web");
    assertThat(status.get("condition").asText()).isEqualTo("empty");
    assertThat(status.get("release").isNull()).isTrue();
    assertThat(status.get("deployment").get("state").asText()).isEqualTo("failed");
    assertThat(Serving.current(host, "web")).isEmpty();
    assertThat(Processes.listeningOn(host.port("web"))).as("the agent holds the port").hasSize(1);

    host.install(Bundle.plain(host, "good", 2, Behaviour.GOOD));
    host.awaitServing("web", "good");
  }
}
