package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RoutesTest {
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

  private static JsonNode json(HttpResponse<String> response) throws Exception {
    return Json.tree(response.body().getBytes(StandardCharsets.UTF_8));
  }

  private static void assertProblem(HttpResponse<String> response, ErrorCode code)
      throws Exception {
    assertThat(response.statusCode()).as(response.body()).isEqualTo(code.status());
    assertThat(response.headers().firstValue("content-type")).contains("application/problem+json");
    JsonNode problem = json(response);
    assertThat(new TreeSet<>(Set.copyOf(problem.propertyStream().map(e -> e.getKey()).toList())))
        .containsExactly(
            "code", "detail", "entry", "remedy", "retryable", "status", "title", "type");
    assertThat(problem.path("code").textValue()).isEqualTo(code.wire());
    assertThat(problem.path("status").intValue()).isEqualTo(code.status());
    assertThat(problem.path("type").textValue()).isEqualTo("urn:pointsman:problem:" + code.wire());
    assertThat(problem.path("remedy").textValue()).isEqualTo(code.remedy());
    assertThat(problem.path("detail").textValue()).isNotBlank();
  }

  @Nested
  class Verifies {
    @Test
    void tellsWhatIsWrongWithARelease() throws Exception {
      HttpResponse<String> response =
          running.send(verify(RunningApi.DEPLOYER).header("Accept", "application/json"));

      assertThat(response.statusCode()).isEqualTo(200);
      JsonNode found = json(response);
      assertThat(found.path("sound").booleanValue()).isFalse();
      assertThat(found.path("count").longValue()).isEqualTo(2);
      assertThat(found.at("/problems/0").textValue()).isEqualTo("missing ./a");
    }

    @Test
    void isNotForWhoeverMayOnlyLook() throws Exception {
      assertThat(running.send(verify(RunningApi.READER)).statusCode()).isEqualTo(403);
    }

    private HttpRequest.Builder verify(String token) {
      return running
          .request("/v1/apps/web/releases/r42/verify", token)
          .POST(HttpRequest.BodyPublishers.noBody());
    }
  }

  @Nested
  class Reads {
    @Test
    void listsApps() throws Exception {
      HttpResponse<String> response = running.get("/v1/apps", RunningApi.ADMIN);

      assertThat(response.statusCode()).isEqualTo(200);
      assertThat(response.headers().firstValue("content-type")).contains(Exchange.JSON);
      assertThat(response.headers().firstValue("cache-control")).contains("no-cache");
      assertThat(json(response).path("apps").findValuesAsText("app")).containsExactly("web", "api");
      JsonNode worker = json(response).at("/apps/0/workers/1");
      assertThat(worker.path("state").textValue()).isEqualTo("backing_off");
      assertThat(worker.path("since").textValue()).isEqualTo("2026-11-22T18:45:07Z");
      assertThat(worker.has("pid")).isTrue();
      assertThat(worker.path("pid").isNull()).isTrue();
    }

    @Test
    void showsOneApp() throws Exception {
      assertThat(json(running.get("/v1/apps/web", RunningApi.READER)).path("condition").textValue())
          .isEqualTo("degraded");
    }

    @Test
    void showsATableToWhoeverAsksForText() throws Exception {
      HttpResponse<String> all =
          running.send(
              running.request("/v1/apps", RunningApi.ADMIN).header("Accept", "text/plain"));
      HttpResponse<String> one =
          running.send(
              running
                  .request("/v1/apps/web", RunningApi.ADMIN)
                  .header("Accept", "text/plain, */*;q=0.1"));

      assertThat(all.headers().firstValue("content-type")).contains(Exchange.TEXT);
      assertThat(all.body()).startsWith("APP ").contains("web  degraded", "1/2 online");
      assertThat(one.body())
          .startsWith("web is degraded")
          .contains("backing_off", "exited with status 1");
    }

    @Test
    void preferJsonWhereBothWillDo() throws Exception {
      HttpResponse<String> response =
          running.send(
              running.request("/v1/apps", RunningApi.ADMIN).header("Accept", "text/html, */*"));

      assertThat(response.headers().firstValue("content-type")).contains(Exchange.JSON);
    }

    @Test
    void listReleasesAndDeployments() throws Exception {
      running.post("/v1/apps/web/deployments", RunningApi.ADMIN, "{\"release\":\"r43\"}");

      assertThat(
              json(running.get("/v1/apps/web/releases", RunningApi.READER))
                  .at("/releases/0/state")
                  .textValue())
          .isEqualTo("active");
      assertThat(
              json(running.get("/v1/apps/web/releases/r42", RunningApi.READER))
                  .path("sequence")
                  .intValue())
          .isEqualTo(42);
      assertThat(
              json(running.get("/v1/apps/web/deployments", RunningApi.READER))
                  .at("/deployments/0/id")
                  .textValue())
          .isEqualTo("web-1");
      assertProblem(
          running.get("/v1/apps/web/releases/r1", RunningApi.READER), ErrorCode.RELEASE_UNKNOWN);
    }

    @Test
    void carryAnEtagThatSavesTheBody() throws Exception {
      String tag =
          running.get("/v1/apps", RunningApi.ADMIN).headers().firstValue("etag").orElseThrow();

      HttpResponse<String> same =
          running.send(
              running
                  .request("/v1/apps", RunningApi.ADMIN)
                  .header("If-None-Match", "\"x\", W/" + tag));
      HttpResponse<String> other =
          running.send(
              running.request("/v1/apps", RunningApi.ADMIN).header("If-None-Match", "\"x\""));

      assertThat(tag).matches("\"[0-9a-f]{32}\"");
      assertThat(same.statusCode()).isEqualTo(304);
      assertThat(same.body()).isEmpty();
      assertThat(same.headers().firstValue("etag")).contains(tag);
      assertThat(other.statusCode()).isEqualTo(200);
      assertThat(other.body()).isNotEmpty();
    }

    @Test
    void answerHeadLikeGetWithoutTheBody() throws Exception {
      HttpResponse<String> get = running.get("/v1/apps", RunningApi.ADMIN);
      HttpResponse<String> head =
          running.send(
              running
                  .request("/v1/apps", RunningApi.ADMIN)
                  .method("HEAD", HttpRequest.BodyPublishers.noBody()));

      assertThat(head.statusCode()).isEqualTo(200);
      assertThat(head.body()).isEmpty();
      assertThat(head.headers().firstValue("etag")).isEqualTo(get.headers().firstValue("etag"));
      assertThat(head.headers().firstValue("content-length"))
          .isEqualTo(get.headers().firstValue("content-length"));
    }
  }

  @Nested
  class Problems {
    @Test
    void nameWhatIsNotThere() throws Exception {
      assertProblem(running.get("/v2", RunningApi.ADMIN), ErrorCode.NOT_FOUND);
      assertProblem(running.get("/v1/apps/nope", RunningApi.ADMIN), ErrorCode.APP_UNKNOWN);
      assertProblem(running.get("/v1/apps/%2e%2e%2fx", RunningApi.ADMIN), ErrorCode.APP_UNKNOWN);
      assertProblem(
          running.get("/v1/deployments/web-9", RunningApi.ADMIN), ErrorCode.DEPLOYMENT_UNKNOWN);
      assertProblem(
          running.get("/v1/deployments/9", RunningApi.ADMIN), ErrorCode.DEPLOYMENT_UNKNOWN);
    }

    @ParameterizedTest
    @CsvSource({
      "/v1/apps, 'GET, HEAD'",
      "/v1/apps/web/rollback, POST",
      "/v1/apps/web/releases/r1, 'GET, HEAD, PUT'"
    })
    void nameTheMethodsThatAreAllowed(String path, String allowed) throws Exception {
      HttpResponse<String> response =
          running.send(running.request(path, RunningApi.ADMIN).DELETE());

      assertProblem(response, ErrorCode.METHOD_NOT_ALLOWED);
      assertThat(response.headers().firstValue("allow")).contains(allowed);
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "/v1/apps?x=1",
          "/v1/events?since=x",
          "/v1/events?app=web&app=api",
          "/v1/apps/web/releases/%20"
        })
    void refuseWhatDoesNotFit(String path) throws Exception {
      HttpResponse<String> response = running.get(path, RunningApi.ADMIN);

      assertThat(response.statusCode()).isIn(400, 404);
      assertThat(response.headers().firstValue("content-type"))
          .contains("application/problem+json");
    }

    @Test
    void tellNothingOfABug() throws Exception {
      running.control.bug = new IllegalStateException("the secret is 42");

      HttpResponse<String> response = running.get("/v1/apps", RunningApi.ADMIN);

      assertProblem(response, ErrorCode.INTERNAL);
      assertThat(response.body()).doesNotContain("42", "Exception", "at dev.");
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "GET /v1/apps HTTP/1.1\r\nbroken header\r\n\r\n",
          "POST /v1/apps HTTP/1.1\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
          "POST /v1/apps HTTP/1.1\r\nHost: x\r\nContent-Length: x\r\n\r\n"
        })
    void answerWhatIsNoHttp(String bytes) throws Exception {
      try (Socket connection = running.connect()) {
        connection.getOutputStream().write(bytes.getBytes(StandardCharsets.US_ASCII));
        String answer =
            new String(connection.getInputStream().readAllBytes(), StandardCharsets.US_ASCII);

        String code = bytes.contains("Content-Length") ? "http.framing" : "request.invalid";
        assertThat(answer).startsWith("HTTP/1.1 400").contains("\"" + code + "\"");
      }
    }

    @Test
    void refuseHeadersWithoutEnd() throws Exception {
      try (Socket connection = running.connect()) {
        OutputStream out = connection.getOutputStream();
        out.write(
            ("GET / HTTP/1.1\r\nX: " + "x".repeat(20_000)).getBytes(StandardCharsets.US_ASCII));
        out.flush();
        InputStream in = connection.getInputStream();

        assertThat(new String(in.readNBytes(12), StandardCharsets.US_ASCII))
            .isEqualTo("HTTP/1.1 400");
      }
    }
  }

  @Nested
  class Deployments {
    @Test
    void areAcceptedWithAPlaceToPoll() throws Exception {
      HttpResponse<String> response =
          running.post("/v1/apps/web/deployments", RunningApi.DEPLOYER, "{\"release\":\"r43\"}");

      assertThat(response.statusCode()).as(response.body()).isEqualTo(202);
      assertThat(response.headers().firstValue("location")).contains("/v1/deployments/web-1");
      assertThat(json(response).path("toRelease").textValue()).isEqualTo("r43");
      assertThat(json(response).path("requestedBy").textValue()).isEqualTo("ci");
      assertThat(running.control.asked).containsExactly("deploy r43 false by ci");
      assertThat(running.get("/v1/deployments/web-1", RunningApi.READER).body())
          .isEqualTo(response.body());
    }

    @Test
    void goBackWithAndWithoutARelease() throws Exception {
      assertThat(running.post("/v1/apps/web/rollback", RunningApi.DEPLOYER, "").statusCode())
          .isEqualTo(202);
      assertThat(running.post("/v1/apps/web/rollback", RunningApi.DEPLOYER, "{}").statusCode())
          .isEqualTo(202);
      assertThat(
              running
                  .post("/v1/apps/web/rollback", RunningApi.DEPLOYER, "{\"release\":\"r7\"}")
                  .statusCode())
          .isEqualTo(202);
      assertThat(running.control.asked)
          .containsExactly("rollback null by ci", "rollback null by ci", "rollback r7 by ci");
    }

    @Test
    void sayWhatIsDoneWithTheWorkers() throws Exception {
      for (String[] call :
          new String[][] {
            {"restart", ""},
            {"restart", "{\"slot\":1}"},
            {"scale", "{\"instances\":3}"},
            {"stop", ""},
            {"start", "{}"},
            {"start", "{\"release\":\"r7\",\"allow_tainted\":true}"},
          }) {
        HttpResponse<String> response =
            running.post("/v1/apps/web/" + call[0], RunningApi.ADMIN, call[1]);
        assertThat(response.statusCode()).as(call[0]).isEqualTo(202);
        assertThat(response.headers().firstValue("location").orElse(""))
            .startsWith("/v1/deployments/web-");
      }
      assertThat(running.control.asked)
          .containsExactly(
              "Restart[slot=null] by root",
              "Restart[slot=1] by root",
              "Scale[instances=3] by root",
              "Stop[] by root",
              "Start[release=null] by root",
              "Start[release=r7] in spite of its taint by root");
    }

    @ParameterizedTest
    @CsvSource({
      "restart, '{\"slot\":\"1\"}'",
      "restart, '{\"slot\":1.5}'",
      "restart, '{\"slots\":1}'",
      "scale, {}",
      "scale, '{\"instances\":99999999999}'",
      "stop, '{\"force\":true}'",
      "start, '{\"release\":\"..\"}'"
    })
    void ofWorkersThatMakeNoSenseAreRefused(String verb, String body) throws Exception {
      assertProblem(
          running.post("/v1/apps/web/" + verb, RunningApi.ADMIN, body), ErrorCode.REQUEST_INVALID);
      assertThat(running.control.asked).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
        strings = {
          "",
          "{}",
          "[]",
          "nonsense",
          "{\"release\":1}",
          "{\"release\":\"..\"}",
          "{\"release\":\"a/b\"}",
          "{\"release\":\"r1\",\"forse\":true}",
          "{\"release\":\"r1\",\"force\":\"yes\"}",
          "{\"release\":\"r1\",\"release\":\"r2\"}",
          "{\"release\":\"r1\"} x"
        })
    void refuseABodyThatIsNotExactlyRight(String body) throws Exception {
      assertProblem(
          running.post("/v1/apps/web/deployments", RunningApi.ADMIN, body),
          ErrorCode.REQUEST_INVALID);
      assertThat(running.control.asked).isEmpty();
    }

    @Test
    void refuseABodyThatIsTooLarge() throws Exception {
      String body = "{\"release\":\"" + "r".repeat(20_000) + "\"}";

      HttpResponse<String> response =
          running.post("/v1/apps/web/deployments", RunningApi.ADMIN, body);

      assertProblem(response, ErrorCode.REQUEST_INVALID);
      assertThat(response.body()).contains("16384");
    }

    @Test
    void passARefusalOn() throws Exception {
      running.control.refusal =
          new Rejected(ErrorCode.DEPLOYMENT_IN_PROGRESS, "web-7 has not finished.");

      HttpResponse<String> response =
          running.post("/v1/apps/web/deployments", RunningApi.ADMIN, "{\"release\":\"r43\"}");

      assertProblem(response, ErrorCode.DEPLOYMENT_IN_PROGRESS);
      assertThat(json(response).path("retryable").booleanValue()).isTrue();
      assertThat(response.body()).contains("web-7 has not finished.");
    }

    @Test
    void areBegunOnceForAKey() throws Exception {
      String body = "{\"release\":\"r43\"}";
      HttpResponse<String> first =
          running.post(
              "/v1/apps/web/deployments", RunningApi.DEPLOYER, body, "Idempotency-Key", "k1");
      running.control.finish("web-1", DeploymentState.SUCCESSFUL);
      HttpResponse<String> again =
          running.post(
              "/v1/apps/web/deployments", RunningApi.DEPLOYER, body, "Idempotency-Key", "k1");
      HttpResponse<String> other =
          running.post(
              "/v1/apps/web/deployments",
              RunningApi.DEPLOYER,
              "{\"release\":\"r44\"}",
              "Idempotency-Key",
              "k1");
      HttpResponse<String> someoneElse =
          running.post("/v1/apps/web/deployments", RunningApi.ADMIN, body, "Idempotency-Key", "k1");

      assertThat(again.statusCode()).isEqualTo(202);
      assertThat(again.headers().firstValue("location"))
          .isEqualTo(first.headers().firstValue("location"));
      assertThat(json(again).path("state").textValue()).isEqualTo("successful");
      assertProblem(other, ErrorCode.REQUEST_INVALID);
      assertThat(json(someoneElse).path("id").textValue()).isEqualTo("web-2");
      assertThat(running.control.asked).hasSize(2);
    }

    @Test
    void areWaitedForUntilTheyAreOver() throws Exception {
      running.post("/v1/apps/web/deployments", RunningApi.DEPLOYER, "{\"release\":\"r43\"}");
      var waiting =
          java.util.concurrent.CompletableFuture.supplyAsync(() -> {
            try {
              return json(running.get("/v1/deployments/web-1?wait=15s", RunningApi.READER));
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      running.control.finish("web-1", DeploymentState.REVERTED);

      assertThat(waiting.join().path("state").textValue()).isEqualTo("reverted");
    }

    @Test
    void areWaitedForNoLongerThanAsked() throws Exception {
      running.post("/v1/apps/web/deployments", RunningApi.DEPLOYER, "{\"release\":\"r43\"}");

      assertThat(
              json(running.get("/v1/deployments/web-1?wait=50ms", RunningApi.READER))
                  .path("state")
                  .textValue())
          .isEqualTo("running");
      assertProblem(
          running.get("/v1/deployments/web-1?wait=61s", RunningApi.READER),
          ErrorCode.REQUEST_INVALID);
      assertProblem(
          running.get("/v1/deployments/web-1?wait=soon", RunningApi.READER),
          ErrorCode.REQUEST_INVALID);
    }

    @Test
    void areNoLongerWaitedForWhenTheAgentStops() throws Exception {
      running.post("/v1/apps/web/deployments", RunningApi.DEPLOYER, "{\"release\":\"r43\"}");
      var waiting =
          java.util.concurrent.CompletableFuture.supplyAsync(() -> {
            try {
              return running.get("/v1/deployments/web-1?wait=30s", RunningApi.READER);
            } catch (Exception e) {
              throw new AssertionError(e);
            }
          });
      RunningApi.eventually("the request waits", () -> running.api.waiting() == 1);
      running.api.close();

      assertProblem(waiting.join(), ErrorCode.AGENT_STOPPING);
    }
  }

  @Nested
  class ProbesAndMetrics {
    @Test
    void sayThatTheAgentLivesAndWhetherItIsReady() throws Exception {
      assertThat(running.send(HttpRequest.newBuilder(running.uri("/healthz"))).body())
          .contains("alive", "1.2.3");
      assertThat(running.send(HttpRequest.newBuilder(running.uri("/readyz"))).statusCode())
          .isEqualTo(200);

      running.ready.set(false);

      assertThat(running.send(HttpRequest.newBuilder(running.uri("/readyz"))).statusCode())
          .isEqualTo(503);
      assertThat(running.send(HttpRequest.newBuilder(running.uri("/healthz"))).statusCode())
          .isEqualTo(200);
    }

    @Test
    void countRequestsAndWorkers() throws Exception {
      running.metrics.counter(
          "pointsman_deployments_total",
          "Deployments by outcome.",
          java.util.List.of("app", "state"),
          () ->
              java.util.List.of(
                  new MetricsRegistry.Sample(7, java.util.List.of("web", "successful"))));
      running.get("/v1/apps/web", RunningApi.ADMIN);
      running.get("/v1/apps/nope", RunningApi.ADMIN);

      String text = running.get("/metrics", RunningApi.ADMIN).body();

      assertThat(text)
          .contains("pointsman_workers{app=\"web\",state=\"online\"} 1.0")
          .contains("pointsman_workers{app=\"web\",state=\"backing_off\"} 1.0")
          .contains("pointsman_workers{app=\"web\",state=\"errored\"} 0.0")
          .contains("pointsman_upkeep_replaced_total{app=\"web\",cause=\"hung\"} 0.0")
          .contains("pointsman_worker_restarts{app=\"web\"} 2.0")
          .contains("pointsman_app_condition{app=\"api\",condition=\"degraded\"} 1.0")
          .contains("pointsman_agent_info{version=\"1.2.3\"} 1.0")
          .contains("pointsman_deployments_total{app=\"web\",state=\"successful\"} 7.0")
          .contains(
              "pointsman_http_requests_total{method=\"GET\",route=\"/v1/apps/:app\",status=\"200\"} 1.0")
          .contains(
              "pointsman_http_requests_total{method=\"GET\",route=\"/v1/apps/:app\",status=\"404\"} 1.0")
          .contains("pointsman_http_request_duration_seconds_count{route=\"/v1/apps/:app\"} 2");
    }
  }
}
