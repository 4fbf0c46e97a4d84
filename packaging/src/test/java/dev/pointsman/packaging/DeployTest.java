package dev.pointsman.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.StreamSupport;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** The main job: a signed release goes in, and replaces the one before under load. */
class DeployTest {
  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();

  @Test
  void replacesAReleaseUnderLoadWithoutAFailedRequest() throws Exception {
    Host host = hosts.start();
    Bundle r1 = Bundle.packed(host, "r1", 1, Behaviour.GOOD);
    Bundle r2 = Bundle.packed(host, "r2", 2, Behaviour.GOOD);
    EventStream events = host.keep(EventStream.follow(host, "web"));

    assertThat(push(host, r1).exits(0).said()).contains("successful");
    host.awaitServing("web", "r1");
    Load load = host.load("web", 150);
    push(host, r2).exits(0);
    host.awaitServing("web", "r2");
    load.proceeds(100);

    JsonNode report = load.stop();
    assertThat(report.get("failed").asLong()).as(report.toPrettyString()).isZero();
    assertThat(report.get("releases").fieldNames()).toIterable().contains("r1", "r2");
    assertStates(host, Map.of("r1", "good", "r2", "active"));
    assertThat(host.pointsman("status", "web").exits(0).out())
        .contains("healthy", "r2", "2/2 online");
    events.hasTold(
        "deployment.begun web-1",
        "deployment.successful web-1",
        "deployment.begun web-2",
        "deployment.activated web-2",
        "deployment.slot_replaced web-2",
        "deployment.slot_replaced web-2",
        "deployment.successful web-2");
    assertReceipts(host, List.of("r1 successful", "r2 successful"));
  }

  @Test
  void takesABundleMadeWithTarAndSshKeygenAndSentWithCurl() throws Exception {
    Host host = hosts.start();
    Bundle r1 = Bundle.plain(host, "r1", 1, Behaviour.GOOD);

    // The lines of docs/http-api.md.
    String script =
        """
        set -eu
        api() { curl -sS --fail-with-body --unix-socket "$POINTSMAN_SOCKET" "$@"; }
        v1=http://localhost/v1
        tar -cf - -C "$BUNDLE" release.json release.json.sig payload.tar |
          api -T - -H 'Content-Type: application/vnd.pointsman.bundle.v1+tar' $v1/apps/web/releases/r1
        id=$(api -d '{"release":"r1"}' $v1/apps/web/deployments | sed 's/.*"id":"\\([^"]*\\)".*/\\1/')
        api "$v1/deployments/$id?wait=30s"
        """;
    Command.Ran ran =
        Command.of(host.root(), "bash", "-c", script)
            .with("POINTSMAN_SOCKET", host.socket().toString())
            .with("BUNDLE", r1.directory().toString())
            .run()
            .exits(0);

    assertThat(ran.out()).contains("\"state\":\"staged\"", "\"state\":\"successful\"");
    host.awaitServing("web", "r1");
  }

  @Test
  void givesWorkersTheirReleaseTheirEnvironmentAndNothingElse() throws Exception {
    AppFile app = AppFile.quick(Ports.free()).text("env.GREETING", "hello world");
    Host host = hosts.start(app);
    host.install(Bundle.plain(host, "r1", 1, Behaviour.GOOD));

    host.awaitServing("web", "r1");
    Path release = host.app("web").resolve("releases/r1").toRealPath();
    String socket = Processes.listeningOn(host.port("web")).getFirst();
    for (Map.Entry<Integer, Long> worker : host.online("web").entrySet()) {
      long pid = worker.getValue();
      String slot = worker.getKey().toString();
      assertThat(Processes.environment(pid))
          .containsEntry("LISTEN_PID", Long.toString(pid))
          .containsEntry("LISTEN_FDS", "1")
          .containsEntry("PORT", Integer.toString(host.port("web")))
          .containsEntry("RELEASE_ID", "r1")
          .containsEntry("RELEASE_PATH", release.toString())
          .containsEntry("POINTSMAN_APP", "web")
          .containsEntry("POINTSMAN_SLOT", slot)
          .containsEntry("NODE_APP_INSTANCE", slot)
          .containsEntry("GREETING", "hello world")
          .containsKeys("POINTSMAN_GENERATION", "POINTSMAN_DIR", "PATH")
          .doesNotContainKeys("POINTSMAN_SOCKET", "POINTSMAN_JAVA_HOME", "HOME", "LC_ALL");
      assertThat(Processes.workingDirectory(pid)).isEqualTo(release);
      assertThat(Processes.descriptors(pid))
          .containsEntry(0, "/dev/null")
          .containsEntry(1, newestLog(host, slot))
          .containsEntry(2, newestLog(host, slot))
          .containsEntry(3, socket);
      assertThat(Processes.descriptors(pid).values())
          .as("nothing of the agent's leaks into a worker")
          .noneMatch(
              what -> what.contains("journal") || what.contains("LOCK") || what.endsWith(".jar"))
          .filteredOn(what -> what.startsWith(host.root().toString()))
          .allMatch(what -> what.equals(newestLog(host, slot)));
    }
    assertThat(Processes.descriptors(host.agent().pid())).containsValue(socket);
  }

  private static String newestLog(Host host, String slot) {
    try {
      return host.app("web").resolve("logs/" + slot + ".log").toRealPath().toString();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Command.Ran push(Host host, Bundle bundle) throws Exception {
    return host.pointsman(
        "push", "--deploy", "--wait", "--timeout", "80s", bundle.directory().toString());
  }

  private static void assertStates(Host host, Map<String, String> expected) throws Exception {
    JsonNode releases =
        Host.JSON.readTree(host.pointsman("releases", "web", "--json").exits(0).out());
    assertThat(StreamSupport.stream(releases.get("releases").spliterator(), false))
        .extracting(
            release -> Map.entry(release.get("release").asText(), release.get("state").asText()))
        .containsExactlyInAnyOrderElementsOf(expected.entrySet());
  }

  /** Reads the chain as an auditor would: without the agent's own code. */
  private static void assertReceipts(Host host, List<String> expected) throws Exception {
    List<String> lines = Files.readAllLines(host.state().resolve("receipts/receipts.jsonl"));
    assertThat(lines)
        .extracting(line -> Host.JSON.readTree(line).get("deployment"))
        .extracting(deployment ->
            deployment.get("toRelease").asText()
                + " "
                + deployment.get("state").asText().toLowerCase(Locale.ROOT))
        .containsExactlyElementsOf(expected);
    String previous = "0".repeat(64);
    for (int number = 1; number <= lines.size(); number++) {
      String line = lines.get(number - 1);
      JsonNode receipt = Host.JSON.readTree(line);
      assertThat(receipt.get("number").asInt()).isEqualTo(number);
      assertThat(receipt.get("previous").asText()).isEqualTo(previous);
      assertThat(receipt.get("signers").toString()).isEqualTo("[\"ci@web\"]");
      previous =
          HexFormat.of()
              .formatHex(MessageDigest.getInstance("SHA-256").digest(line.getBytes(UTF_8)));
    }
    byte[] manifest = Files.readAllBytes(host.app("web").resolve("meta/r2/release.json"));
    assertThat(Host.JSON.readTree(lines.getLast()).get("releaseDigest").asText())
        .isEqualTo(HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(manifest)));
  }
}
