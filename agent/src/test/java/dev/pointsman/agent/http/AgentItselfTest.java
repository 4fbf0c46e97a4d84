package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.client.ApiClient;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Target;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import io.vertx.core.Vertx;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentItselfTest {
  private static final AgentResource ME =
      new AgentResource(
          "web-1", "1.2.3", 4711, Instant.parse("2026-11-22T18:45:07Z"), "/opt/p/bin/pointsman");

  @TempDir Path directory;
  private final List<String> asked = new ArrayList<>();
  private final Vertx vertx = EventLoops.forAgent();
  private Optional<Rejected> refusal = Optional.empty();
  private HttpApi api;

  @BeforeEach
  void start() throws Exception {
    OwnAgent own =
        new OwnAgent() {
          @Override
          public AgentResource describe() {
            return ME;
          }

          @Override
          public AgentResource upgrade(String requestedBy) throws Rejected {
            asked.add("upgrade by " + requestedBy);
            if (refusal.isPresent()) {
              throw refusal.get();
            }
            return ME;
          }
        };
    api =
        HttpApi.start(
            vertx,
            new HttpConfig(directory.resolve("api.sock"), Optional.empty(), Optional.empty()),
            new ApiSource(
                new FakeControl(),
                () -> true,
                new MetricsRegistry(),
                "1.2.3",
                Optional.empty(),
                Optional.of(own)));
  }

  @AfterEach
  void stop() throws Exception {
    api.close();
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void describesItselfAndIsUpgraded() throws Exception {
    try (ApiClient client = ApiClient.connect(new Target.Socket(directory.resolve("api.sock")))) {
      assertThat(client.agent().value()).isEqualTo(ME);
      assertThat(client.upgradeAgent().value()).isEqualTo(ME);
      refusal = Optional.of(new Rejected(ErrorCode.AGENT_UPGRADE, "it does not work"));
      assertThat(catchThrowableOfType(ApiProblem.class, client::upgradeAgent).problem().code())
          .isEqualTo("agent.upgrade");
    }
    assertThat(asked).containsExactly("upgrade by local", "upgrade by local");
  }

  @Test
  void needsAnAdministratorOfTheWholeHost() throws Exception {
    try (RunningApi running = new RunningApi(Files.createDirectory(directory.resolve("other")))) {
      String path = "/v1/agent/upgrade";
      assertThat(running.post(path, RunningApi.DEPLOYER, "").statusCode()).isEqualTo(403);
      assertThat(running.post(path, RunningApi.READER, "").statusCode()).isEqualTo(403);
      // An API without an agent behind it has nothing to be upgraded.
      assertThat(running.post(path, RunningApi.ADMIN, "").statusCode()).isEqualTo(404);
    }
  }
}
