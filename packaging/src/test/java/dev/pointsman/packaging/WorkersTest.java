package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Restart, scale, stop and start, as an operator asks for them. */
class WorkersTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  private static Set<Integer> pids(Host host) throws Exception {
    Set<Integer> pids = new TreeSet<>();
    for (JsonNode worker : host.status("web").get("workers")) {
      if (worker.get("state").asText().equals("online")) {
        pids.add(worker.get("pid").asInt());
      }
    }
    return pids;
  }

  @Test
  void restartsAllOrOneUnderLoad() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    Load load = host.load("web", 80);
    Set<Integer> before = pids(host);

    assertThat(host.pointsman("restart", "web", "--wait").exits(0).said())
        .contains("workers of web are new");
    Set<Integer> after = pids(host);
    assertThat(after).hasSameSizeAs(before).doesNotContainAnyElementsOf(before);

    host.pointsman("restart", "web", "--slot", "0", "--wait").exits(0);
    Set<Integer> last = pids(host);
    last.retainAll(after);
    assertThat(last).as("left alone").hasSize(after.size() - 1);
    assertThat(host.pointsman("restart", "web", "--slot", "9").exits(4).said())
        .contains("no slot 9");
    load.proceeds(50);
    load.stopWithoutFailure();
  }

  @Test
  void scalesUpAndDownUnderLoadAndRemembersIt() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    int file = pids(host).size();
    Load load = host.load("web", 80);

    assertThat(host.pointsman("scale", "web", Integer.toString(file + 2), "--wait").exits(0).said())
        .contains("has " + (file + 2) + " workers");
    assertThat(pids(host)).hasSize(file + 2);
    assertThat(host.pointsman("status", "web").exits(0).said())
        .contains("scaled to " + (file + 2) + " by local", "the file says " + file);

    host.agent().kill();
    host.agent().start();
    host.awaitServing("web", "r1");
    assertThat(pids(host)).hasSize(file + 2);
    host.install(Bundle.plain(host, "r2", 2, Behaviour.GOOD));
    assertThat(pids(host)).as("after a deployment").hasSize(file + 2);

    host.pointsman("scale", "web", Integer.toString(file), "--wait").exits(0);
    assertThat(pids(host)).hasSize(file);
    assertThat(host.status("web").get("scaled").isNull()).isTrue();
    assertThat(host.pointsman("scale", "web", "300").exits(4).said()).contains("1 to 256");
    load.proceeds(50);
    load.stopWithoutFailure();
  }

  @Test
  void staysStoppedOverRestartsUntilItIsStarted() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.send(Bundle.plain(host, "r2", 2, Behaviour.GOOD)).is(201);
    int count = pids(host).size();

    assertThat(host.pointsman("stop", "web", "--wait").exits(0).said())
        .contains("web is stopped, until 'pointsman start web'");
    assertThat(host.status("web").get("workers")).isEmpty();
    assertThat(host.status("web").get("condition").asText()).isEqualTo("stopped");

    String address = "http://127.0.0.1:" + host.port("web") + "/";
    Eventually.until(
        "clients are told",
        () -> Reply.ofCurl(host.root(), List.of("-m", "20", address)).status() == 503);

    host.agent().kill();
    host.agent().start();
    assertThat(host.status("web").get("stopped").get("by").asText()).isEqualTo("local");
    assertThat(host.status("web").get("workers")).isEmpty();
    assertThat(host.pointsman("deploy", "web", "r2").exits(4).said()).contains("app.stopped");
    assertThat(host.pointsman("status", "web").exits(0).said())
        .contains("web is stopped", "stopped by local");

    host.pointsman("start", "web", "--wait").exits(0);
    host.awaitServing("web", "r1");
    assertThat(pids(host)).hasSize(count);

    host.pointsman("stop", "web", "--wait").exits(0);
    assertThat(host.pointsman("start", "web", "r2", "--wait").exits(0).said())
        .contains("web runs r2");
    host.awaitServing("web", "r2");
  }

  @Test
  void aReleaseThatDoesNotComeUpLeavesAStoppedAppStopped() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.send(Bundle.plain(host, "r2", 2, Behaviour.CRASHES_AT_START)).is(201);
    host.pointsman("stop", "web", "--wait").exits(0);

    assertThat(host.pointsman("start", "web", "r2", "--wait").exits(1).said())
        .contains("WorkerCrashed", "web is stopped as before");
    assertThat(host.status("web").get("condition").asText()).isEqualTo("stopped");
    host.pointsman("start", "web", "--wait").exits(0);
    host.awaitServing("web", "r1");
  }
}
