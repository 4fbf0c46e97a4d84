package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/**
 * Measures, and prints, how long a slot does not serve after its worker was killed. What is
 * asserted is that it recovers, not how fast: the machine that tests may be busy with other things.
 */
class RecoveryTimeTest {
  private static final int TIMES = 5;

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void aSlotServesAgainAboutAsSoonAsTheAppCanStart() throws Exception {
    Host host = hosts.start(AppFile.quick(Ports.free()).text("restart.restart_window", "100ms"));
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Path release = host.app("web").resolve("releases/r1");

    List<Duration> recoveries = new ArrayList<>();
    List<Duration> starts = new ArrayList<>();
    for (int i = 0; i < TIMES; i++) {
      starts.add(startAlone(host, release));
      recoveries.add(killAndAwait(host));
    }

    System.out.printf(
        "MEASURED kill -9 to online again: median %d ms of %s; the app alone, start to first answer: median %d ms of %s%n",
        median(recoveries).toMillis(), recoveries, median(starts).toMillis(), starts);
    host.awaitServing("web", "r1");
    assertThat(host.status("web").get("workers").get(0).get("restarts").asInt()).isEqualTo(TIMES);
  }

  @Test
  void anAgentThatIsReadyHasAdoptedEverything() throws Exception {
    Host host = hosts.start();
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));
    host.awaitServing("web", "r1");
    Map<Integer, Long> before = host.online("web");

    host.agent().kill();
    host.agent().start();
    Instant ready = Instant.now();
    Eventually.until("all are online", () -> host.online("web").equals(before));

    System.out.printf(
        "MEASURED ready to all workers adopted and confirmed: %d ms%n",
        Duration.between(ready, Instant.now()).toMillis());
    assertThat(host.status("web").get("workers")).hasSize(before.size());
  }

  /** From SIGKILL to the event that says that the slot's next worker accepts. */
  private static Duration killAndAwait(Host host) throws Exception {
    long pid = host.online("web").get(0);
    Instant killed = Instant.now();
    Processes.kill(pid);
    Instant[] again = new Instant[1];
    Eventually.until(
        "slot 0 is online again",
        () -> {
          for (JsonNode event :
              host.api("GET", "/v1/events", "-H", "Accept: application/json")
                  .is(200)
                  .json()
                  .get("events")) {
            Instant at = Instant.parse(event.get("at").asText());
            if (event.get("type").asText().equals("worker.online")
                && event.get("data").get("slot").asText().equals("0")
                && at.isAfter(killed)) {
              again[0] = at;
            }
          }
          return again[0] != null;
        });
    return Duration.between(killed, again[0]);
  }

  /** The same program without an agent, until it answers. */
  private static Duration startAlone(Host host, Path release) throws Exception {
    int port = Ports.free();
    Instant begun = Instant.now();
    ProcessBuilder builder = new ProcessBuilder("node", release.resolve("server.js").toString());
    builder.environment().put("PORT", Integer.toString(port));
    builder.environment().put("RELEASE_ID", "alone");
    builder.redirectErrorStream(true).redirectOutput(host.root().resolve("alone.log").toFile());
    Process process = builder.start();
    try {
      Eventually.until("it answers", () -> answers(port));
      return Duration.between(begun, Instant.now());
    } finally {
      process.destroyForcibly().waitFor();
    }
  }

  private static boolean answers(int port) {
    try (java.net.Socket socket = new java.net.Socket("127.0.0.1", port)) {
      socket
          .getOutputStream()
          .write("GET /health HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes());
      return new String(socket.getInputStream().readAllBytes()).startsWith("HTTP/1.1 200");
    } catch (IOException e) {
      return false;
    }
  }

  private static Duration median(List<Duration> all) {
    return all.stream().sorted().toList().get(all.size() / 2);
  }
}
