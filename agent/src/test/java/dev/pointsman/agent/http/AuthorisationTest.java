package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class AuthorisationTest {
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

  /** Every address by scope; the tokens of 'ci' and 'dashboard' are for the app 'web'. */
  @ParameterizedTest
  @CsvSource({
    // method, path, body, reader, deployer, admin
    "GET, /v1/apps, , 200, 200, 200",
    "GET, /v1/apps/web, , 200, 200, 200",
    "GET, /v1/apps/api, , 403, 403, 200",
    "GET, /v1/apps/nope, , 403, 403, 404",
    "GET, /v1/apps/web/releases, , 200, 200, 200",
    "GET, /v1/apps/api/releases, , 403, 403, 200",
    "GET, /v1/apps/web/releases/r42, , 200, 200, 200",
    "GET, /v1/apps/api/releases/r42, , 403, 403, 200",
    "PUT, /v1/apps/web/releases/r43, tar, 403, 201, 201",
    "PUT, /v1/apps/api/releases/r43, tar, 403, 403, 201",
    "GET, /v1/apps/web/logs, , 403, 200, 200",
    "GET, /v1/apps/api/logs, , 403, 403, 200",
    "GET, /v1/apps/web/deployments, , 200, 200, 200",
    "GET, /v1/apps/api/deployments, , 403, 403, 200",
    "POST, /v1/apps/web/deployments, '{\"release\":\"r43\"}', 403, 202, 202",
    "POST, /v1/apps/web/deployments, '{\"release\":\"r43\",\"force\":true}', 403, 403, 202",
    "POST, /v1/apps/api/deployments, '{\"release\":\"r43\"}', 403, 403, 202",
    "POST, /v1/apps/web/rollback, {}, 403, 202, 202",
    "POST, /v1/apps/api/rollback, {}, 403, 403, 202",
    "GET, /v1/apps/web/plan, , 200, 200, 200",
    "GET, /v1/apps/api/plan, , 403, 403, 200",
    "POST, /v1/reload, {}, 403, 403, 200",
    "POST, /v1/apps/web/restart, {}, 403, 202, 202",
    "POST, /v1/apps/api/restart, {}, 403, 403, 202",
    "POST, /v1/apps/web/scale, {\"instances\":3}, 403, 202, 202",
    "POST, /v1/apps/web/stop, {}, 403, 403, 202",
    "POST, /v1/apps/web/start, {}, 403, 403, 202",
    "PUT, /v1/apps/web/releases/r42/pin, , 403, 200, 200",
    "PUT, /v1/apps/api/releases/r42/pin, , 403, 403, 200",
    "DELETE, /v1/apps/web/releases/r42/pin, , 403, 200, 200",
    "POST, /v1/gc, {}, 403, 403, 200",
    "GET, /v1/deployments/web-1, , 404, 404, 404",
    "GET, /v1/deployments/api-1, , 403, 403, 404",
    "GET, /v1/events?app=api, , 403, 403, 200",
    "GET, /metrics, , 403, 403, 200",
    "GET, /v1/none, , 404, 404, 404",
  })
  void followsTheMatrix(
      String method, String path, String body, int reader, int deployer, int admin)
      throws Exception {
    assertThat(status(method, path, body, RunningApi.READER)).as("read").isEqualTo(reader);
    assertThat(status(method, path, body, RunningApi.DEPLOYER)).as("deploy").isEqualTo(deployer);
    assertThat(status(method, path, body, RunningApi.ADMIN)).as("admin").isEqualTo(admin);
    assertThat(status(method, path, body, "wrong")).as("unknown token").isEqualTo(401);
    assertThat(status(method, path, body, null)).as("no token").isEqualTo(401);
  }

  private int status(String method, String path, String body, String token) throws Exception {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(running.uri(path))
            .header("Accept", "application/json")
            .header("Content-Type", "application/octet-stream")
            .method(
                method,
                body == null
                    ? HttpRequest.BodyPublishers.noBody()
                    : HttpRequest.BodyPublishers.ofString(body));
    if (token != null) {
      request.header("Authorization", "Bearer " + token);
    }
    return running.send(request).statusCode();
  }

  @ParameterizedTest
  @ValueSource(strings = {"Basic eDp5", "Bearer", "Bearer  ", "bearer x y", "Token x"})
  void asksForABearerToken(String authorization) throws Exception {
    HttpResponse<String> response =
        running.send(
            HttpRequest.newBuilder(running.uri("/v1/apps")).header("Authorization", authorization));

    assertThat(response.statusCode()).isEqualTo(401);
    assertThat(response.headers().firstValue("www-authenticate"))
        .isEqualTo(Optional.of("Bearer realm=\"pointsman\""));
    assertThat(response.body()).contains("auth.");
  }

  @Test
  void leavesOtherAppsOutOfTheList() throws Exception {
    HttpResponse<String> response = running.get("/v1/apps", RunningApi.READER);

    assertThat(response.body()).contains("\"app\":\"web\"").doesNotContain("\"app\":\"api\"");
  }

  @Test
  void leavesOtherAppsAndTheHostOutOfTheEvents() throws Exception {
    running.control.events.publish("worker.exited", "web", "one", Map.of());
    running.control.events.publish("worker.exited", "api", "two", Map.of());
    running.control.events.publish("agent.started", null, "three", Map.of());

    assertThat(events(RunningApi.READER)).contains("one").doesNotContain("two", "three");
    assertThat(events(RunningApi.ADMIN)).contains("one", "two", "three");
  }

  private String events(String token) throws Exception {
    return running
        .send(running.request("/v1/events", token).header("Accept", "application/json"))
        .body();
  }

  @Test
  void letsWhoeverMayUseTheSocketDoEverything() throws Exception {
    RunningApi.Curl curl =
        running.curl(
            _ -> {},
            "-X",
            "POST",
            "-d",
            "{\"release\":\"r43\",\"force\":true}",
            "http://localhost/v1/apps/api/deployments");

    assertThat(curl.out()).contains("\"requestedBy\":\"local\"");
    assertThat(running.control.asked).containsExactly("deploy r43 true by local");
  }

  @Test
  void readsNothingOfTheBodyOfAStranger() throws Exception {
    try (Socket connection = running.connect()) {
      OutputStream out = connection.getOutputStream();
      out.write(
          ("PUT /v1/apps/web/releases/r1 HTTP/1.1\r\nHost: x\r\nContent-Length: 1000000000\r\n"
                  + "Content-Type: application/x-tar\r\n\r\n")
              .getBytes(StandardCharsets.US_ASCII));
      out.flush();
      String answer =
          new String(connection.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
      assertThat(answer).isEqualTo("HTTP/1.1 401");

      long sent = pour(out, 64 << 20);

      // What the agent reads on is bounded; the rest are the buffers of two sockets.
      assertThat(sent).as("bytes that somebody took").isLessThan(16 << 20);
    }
  }

  /** Writes until the connection is closed; the bytes that were taken are the result. */
  private static long pour(OutputStream out, long most) {
    byte[] chunk = new byte[64 << 10];
    long sent = 0;
    try {
      while (sent < most) {
        out.write(chunk);
        sent += chunk.length;
      }
    } catch (java.io.IOException _) {
      return sent; // Closed by the agent: what was to be shown.
    }
    return sent;
  }
}
