package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.http.LogText;
import dev.pointsman.protocol.api.LogLineResource;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman logs}. */
@Command(name = "logs", description = "Show what the workers of an app write.")
final class LogsCommand extends Verb {
  private static final Duration PAUSE = Duration.ofSeconds(2);

  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "APP", description = "The app.")
  private AppName app = new AppName("app");

  @Option(names = "--slot", paramLabel = "N", description = "Only this slot's.")
  private @Nullable Integer slot;

  @Option(names = "--release", paramLabel = "R", description = "Only this release's.")
  private @Nullable String release;

  @Option(
      names = "--generation",
      paramLabel = "G",
      description = "Only those of the generation whose digest begins so.")
  private @Nullable String generation;

  @Option(
      names = {"-n", "--lines"},
      paramLabel = "N",
      description = "The last N lines; 100 by default, 10000 at most.")
  private int lines = 100;

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only lines since then: 15m, or 2026-01-31T12:00:00Z.")
  private @Nullable String since;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with new lines; over restarts of the agent, too.")
  private boolean follow;

  private boolean away;
  private @Nullable Instant last;

  LogsCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    if (!follow) {
      try (Api api = connection.open(this)) {
        api.logs(app.value(), query(), this::show);
      }
      return ExitCode.SUCCESSFUL;
    }
    while (true) {
      followOnce();
      session().time().pause(PAUSE);
    }
  }

  /** Follows until the connection ends, which an agent's restart does. */
  private void followOnce() throws ApiProblem, IOException, InterruptedException {
    try (Api api = connection.open(this)) {
      api.logs(app.value(), query(), this::show);
    } catch (AgentUnreachable e) {
      away(String.valueOf(e.getMessage()));
    } catch (ApiProblem e) {
      if (!e.problem().retryable()) {
        throw e;
      }
      away(e.problem().detail());
    }
  }

  private void away(String why) {
    if (!away) {
      session().console().problem("the agent is away, trying again: " + why);
    }
    away = true;
  }

  private Map<String, String> query() {
    Map<String, String> query = new LinkedHashMap<>();
    put(query, "slot", slot);
    put(query, "release", release);
    put(query, "generation", generation);
    Instant seen = last;
    put(query, "since", seen == null ? since : seen.plusMillis(1));
    put(query, "lines", seen == null ? lines : Math.max(lines, 1_000));
    put(query, "follow", follow ? "true" : null);
    return query;
  }

  private static void put(Map<String, String> query, String key, @Nullable Object value) {
    if (value != null) {
      query.put(key, value.toString());
    }
  }

  private void show(Answer<LogLineResource> answer) {
    away = false;
    last = answer.value().at();
    console().result(json() ? answer.json() : LogText.of(answer.value(), slot != null));
  }
}
