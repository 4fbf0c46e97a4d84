package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.http.TextTable;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.time.Duration;
import java.time.temporal.ChronoUnit;
import java.util.List;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pointsman events}. */
@Command(name = "events", description = "Show what happened, and go on with what happens.")
final class EventsCommand extends Verb {
  private static final Duration FIRST_PAUSE = Duration.ofMillis(500);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(15);

  @Mixin private Connection connection = new Connection();

  @Option(names = "--app", paramLabel = "APP", description = "Only this app's events.")
  private @Nullable AppName app;

  @Option(
      names = {"-f", "--follow"},
      description = "Go on with new events; over restarts of the agent, too.")
  private boolean follow;

  @Option(names = "--since", paramLabel = "ID", description = "Only events after this id.")
  private @Nullable String since;

  private Duration pause = FIRST_PAUSE;

  EventsCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<List<EventResource>> recent = api.recentEvents(name(), since);
      if (!follow) {
        console().result(json() ? recent.json() : text(recent.value()));
        return ExitCode.SUCCESSFUL;
      }
      if (since == null) {
        // Only new ones are asked for; the last old one is where to go on after a broken
        // connection.
        since = recent.value().isEmpty() ? null : recent.value().getLast().id();
      }
    }
    while (true) {
      followOnce();
      session().time().pause(pause);
      pause =
          pause.multipliedBy(2).compareTo(LONGEST_PAUSE) < 0
              ? pause.multipliedBy(2)
              : LONGEST_PAUSE;
    }
  }

  /** Follows until the connection ends, which an agent's restart does. */
  private void followOnce() throws ApiProblem, IOException, InterruptedException {
    try (Api api = connection.open(this)) {
      api.events(name(), since, this::show);
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
    if (pause.equals(FIRST_PAUSE)) {
      session().console().problem("the agent is away, trying again: " + why);
    }
  }

  private void show(Answer<EventResource> event) {
    pause = FIRST_PAUSE;
    since = event.value().id();
    console().result(json() ? event.json() : line(event.value()));
  }

  private @Nullable String name() {
    return app == null ? null : app.value();
  }

  private static String text(List<EventResource> events) {
    if (events.isEmpty()) {
      return "no events";
    }
    StringBuilder text = new StringBuilder();
    events.forEach(event -> text.append(line(event)).append('\n'));
    return text.toString();
  }

  private static String line(EventResource event) {
    return TextTable.printable(
        event.at().truncatedTo(ChronoUnit.SECONDS)
            + "  "
            + (event.app() == null ? "-" : event.app())
            + "  "
            + event.type()
            + "  "
            + event.message());
  }
}
