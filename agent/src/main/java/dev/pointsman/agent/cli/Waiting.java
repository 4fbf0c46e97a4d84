package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.http.StatusTable;
import dev.pointsman.protocol.api.DeploymentKind;
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
        + " is to "
        + intent(deployment)
        + "\nnext: pointsman status "
        + deployment.app();
  }

  private static String intent(DeploymentResource it) {
    return switch (it.kind()) {
      case DEPLOY, ROLLBACK -> "move " + it.app() + " to " + it.toRelease();
      case RESTART -> "restart workers of " + it.app();
      case SCALE -> "give " + it.app() + " " + it.slotsTotal() + " workers";
      case STOP -> "stop " + it.app();
      case START -> "start " + it.app() + " with " + it.toRelease();
    };
  }

  private static String done(DeploymentResource it) {
    return switch (it.kind()) {
      case DEPLOY, ROLLBACK, START -> it.app() + " runs " + it.toRelease();
      case RESTART -> "workers of " + it.app() + " are new";
      case SCALE -> it.app() + " has " + it.slotsTotal() + " workers";
      case STOP -> it.app() + " is stopped, until 'pointsman start " + it.app() + "'";
    };
  }

  private void report(Verb verb, Console console, DeploymentResource end, Duration took) {
    if (end.state() == DeploymentState.SUCCESSFUL) {
      if (!verb.json()) {
        console.result(end.id() + " successful: " + done(end) + " (" + Spans.text(took) + ")");
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
      case REVERTED ->
          Optional.of(
              end.kind() == DeploymentKind.SCALE
                  ? "reverted: " + end.app() + " has as many workers as before"
                  : "reverted: " + end.app() + " runs " + before + " again");
      case FAILED -> Optional.of("failed: " + afterFailure(end, before));
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

  private static String afterFailure(DeploymentResource end, String before) {
    boolean same = end.toRelease().equals(end.fromRelease());
    return switch (end.kind()) {
      case DEPLOY, ROLLBACK -> "nothing was changed, " + end.app() + " runs " + before;
      case SCALE -> end.app() + " has as many workers as before";
      case RESTART -> "those that are not new yet serve as before";
      case STOP -> end.app() + " stays stopped, but not all of its processes are gone";
      case START ->
          end.app()
              + (same ? " is started, but not all of its workers serve" : " is stopped as before");
    };
  }
}
