package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.http.StatusTable;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import picocli.CommandLine.Option;

/** What {@code --wait} does: watches a deployment to its end and reports it. */
final class Waiting {
  @Option(
      names = "--wait",
      description = "Watch the deployment to its end; the exit code says how it ended.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "TIME",
      defaultValue = "15m",
      description = "With --wait: how long to watch; the deployment goes on (${DEFAULT-VALUE}).")
  private Duration timeout = Duration.ofMinutes(15);

  Duration timeout() {
    return timeout;
  }

  boolean isWanted() {
    return wait;
  }

  /** Watches or does not, prints, and returns the exit code. */
  int follow(Verb verb, Api api, Answer<DeploymentResource> asked)
      throws ApiProblem, InterruptedException {
    Console console = verb.console();
    DeploymentResource deployment = asked.value();
    if (!wait) {
      console.result(verb.json() ? asked.json() : accepted(deployment));
      return ExitCode.SUCCESSFUL;
    }
    Time time = verb.session().time();
    Instant began = time.now();
    Answer<DeploymentResource> last = new DeploymentWatch(api, console, time).watch(asked, timeout);
    if (verb.json()) {
      console.result(last.json());
    }
    report(verb, console, last.value(), Duration.between(began, time.now()));
    return ExitCode.of(last.value().state());
  }

  private static String accepted(DeploymentResource deployment) {
    return deployment.id()
        + " is to move "
        + deployment.app()
        + " to "
        + deployment.toRelease()
        + "\nnext: pointsman status "
        + deployment.app();
  }

  private void report(Verb verb, Console console, DeploymentResource end, Duration took) {
    if (end.state() == DeploymentState.SUCCESSFUL) {
      if (!verb.json()) {
        console.result(
            end.id()
                + " successful: "
                + end.app()
                + " runs "
                + end.toRelease()
                + " ("
                + Spans.text(took)
                + ")");
      }
      return;
    }
    if (!end.state().isOver()) {
      console.problem(
          end.id()
              + " had not ended after "
              + Spans.text(timeout)
              + " and goes on without being watched");
    }
    console.problem(StatusTable.deployment(end, verb.session().time().now()));
    outcome(end).ifPresent(console::problem);
  }

  private static Optional<String> outcome(DeploymentResource end) {
    String before = end.fromRelease() == null ? "nothing" : end.fromRelease();
    return switch (end.state()) {
      case REVERTED -> Optional.of("reverted: " + end.app() + " runs " + before + " again");
      case FAILED -> Optional.of("failed: nothing was changed, " + end.app() + " runs " + before);
      case STUCK ->
          Optional.of(
              "stuck: going back failed too, so nothing more is tried; look at 'pointsman status "
                  + end.app()
                  + "' now");
      case CANCELLED -> Optional.of("cancelled");
      case PENDING, RUNNING, REVERTING -> Optional.of("next: pointsman status " + end.app());
      case SUCCESSFUL -> Optional.empty();
    };
  }
}
