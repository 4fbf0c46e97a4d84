package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.agent.client.ApiClient;
import dev.pointsman.agent.client.Target;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.Rejected;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HousekeepingTest {
  private static final String PIN = "/v1/apps/web/releases/r42/pin";

  @TempDir Path directory;
  private RunningApi running;

  @BeforeEach
  void start() throws Exception {
    running = new RunningApi(directory);
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  private HttpResponse<String> send(String method, String path) throws Exception {
    return running.send(
        running
            .request(path, RunningApi.DEPLOYER)
            .method(method, HttpRequest.BodyPublishers.noBody()));
  }

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return Json.tree(response.body().getBytes(StandardCharsets.UTF_8));
  }

  @Test
  void pinsAndUnpinsInTheNameOfTheCaller() throws Exception {
    assertThat(json(send("PUT", PIN)).get("pinned").asBoolean()).isTrue();
    assertThat(json(send("DELETE", PIN)).get("pinned").asBoolean()).isFalse();

    assertThat(running.control.asked).containsExactly("pin web r42 by ci", "unpin web r42 by ci");
    assertThat(send("POST", PIN).statusCode()).isEqualTo(405);
    assertThat(send("PUT", PIN + "?force=true").statusCode()).isEqualTo(400);
  }

  @Test
  void tellsWhyAReleaseCannotBePinned() throws Exception {
    running.control.refusal = new Rejected(ErrorCode.RELEASE_UNKNOWN, "r42 is not here.");

    HttpResponse<String> refused = send("PUT", PIN);

    assertThat(refused.statusCode()).isEqualTo(404);
    assertThat(json(refused).get("code").asText()).isEqualTo("release.unknown");
  }

  @Test
  void collectsGarbageAsItIsTold() throws Exception {
    JsonNode plain = json(running.post("/v1/gc", RunningApi.ADMIN, ""));
    JsonNode told =
        json(
            running.post(
                "/v1/gc", RunningApi.ADMIN, "{\"dryRun\":true,\"now\":true,\"scrub\":true}"));

    assertThat(running.control.asked)
        .containsExactly(
            new Control.Collecting(false, false, false).toString(),
            new Control.Collecting(true, true, true).toString());
    assertThat(plain.get("dryRun").asBoolean()).isFalse();
    assertThat(told.get("dryRun").asBoolean()).isTrue();
    assertThat(told.get("releases").get(0).asText()).isEqualTo("web/r1");
    assertThat(told.get("keptBytes").asLong()).isEqualTo(700);
    assertThat(running.post("/v1/gc", RunningApi.ADMIN, "{\"all\":true}").statusCode())
        .isEqualTo(400);
    assertThat(running.post("/v1/gc", RunningApi.ADMIN, "{\"now\":1}").statusCode()).isEqualTo(400);
  }

  @Test
  void theClientAsksForTheSame() throws Exception {
    try (ApiClient client = ApiClient.connect(new Target.Socket(running.socket))) {
      assertThat(client.pin("web", "r42", true).value().pinned()).isTrue();
      assertThat(client.pin("web", "r42", false).value().pinned()).isFalse();
      GarbageResource done = client.collect(new Control.Collecting(true, true, false)).value();

      assertThat(done.dryRun()).isTrue();
      assertThat(done.blobs()).isEqualTo(22);
    }
    assertThat(running.control.asked)
        .containsExactly(
            "pin web r42 by local",
            "unpin web r42 by local",
            new Control.Collecting(true, true, false).toString());
  }
}
