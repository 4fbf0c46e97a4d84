package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.ErrorCode;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** {@code pointsman upgrade-agent}. */
@Command(
    name = "upgrade-agent",
    description =
        "Have the running agent become the program that is installed now, in the same process.")
final class UpgradeAgentCommand extends Verb {
  private static final Duration STEP = Duration.ofMillis(200);

  @Mixin private Connection connection = new Connection();

  @Option(
      names = "--timeout",
      paramLabel = "T",
      defaultValue = "2m",
      description = "How long to wait for the new agent (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofMinutes(2);

  UpgradeAgentCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    Time time = session().time();
    try (Api api = connection.open(this)) {
      AgentResource before = api.upgradeAgent().value();
      console().status("  the agent becomes " + before.program());
      Instant until = time.now().plus(timeout);
      while (time.now().isBefore(until)) {
        Optional<Answer<AgentResource>> now = look(api);
        if (now.isPresent() && !now.get().value().startedAt().equals(before.startedAt())) {
          console().result(json() ? now.get().json() : said(before, now.get().value()));
          return ExitCode.SUCCESSFUL;
        }
        time.pause(STEP);
      }
      console()
          .problem(
              "no new agent answered within "
                  + Spans.text(timeout)
                  + "; workers go on meanwhile\nnext: look at the agent's log, and whether process "
                  + before.pid()
                  + " runs");
      return ExitCode.TIMED_OUT;
    }
  }

  /** Empty while neither the old nor the new one answers. */
  private static Optional<Answer<AgentResource>> look(Api api)
      throws ApiProblem, InterruptedException {
    try {
      return Optional.of(api.agent());
    } catch (AgentUnreachable e) {
      return Optional.empty();
    } catch (ApiProblem e) {
      if (ErrorCode.AGENT_STOPPING.wire().equals(e.problem().code())) {
        return Optional.empty();
      }
      throw e;
    }
  }

  private static String said(AgentResource before, AgentResource now) {
    return "the agent is "
        + now.version()
        + " (was "
        + before.version()
        + "), process "
        + now.pid()
        + "; workers were not touched";
  }
}
