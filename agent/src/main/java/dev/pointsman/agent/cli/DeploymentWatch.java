package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Watches one deployment: the agent holds each question until the deployment is over or a moment
 * has passed, and is asked again. An agent that is away (it may be restarting) is waited for. One
 * thread.
 */
final class DeploymentWatch {
  private static final Duration STEP = Duration.ofSeconds(1);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final Api api;
  private final Console console;
  private final Time time;
  private String headline = "";
  private Instant since = Instant.MIN;
  private @Nullable Duration pause;

  DeploymentWatch(Api api, Console console, Time time) {
    this.api = api;
    this.console = console;
    this.time = time;
  }

  /** What the deployment is when it is over, or when {@code timeout} has passed. */
  Answer<DeploymentResource> watch(Answer<DeploymentResource> asked, Duration timeout)
      throws ApiProblem, InterruptedException {
    Instant began = time.now();
    Instant deadline = began.plus(timeout);
    Answer<DeploymentResource> last = asked;
    show(last.value(), began);
    while (!last.value().state().isOver()) {
      Instant now = time.now();
      if (!now.isBefore(deadline)) {
        break;
      }
      Duration step = least(STEP, Duration.between(now, deadline));
      try {
        last = api.deployment(asked.value().id(), step);
        pause = null;
        show(last.value(), began);
        if (!last.value().state().isOver()) {
          rest(now.plus(step));
        }
      } catch (AgentUnreachable e) {
        away(String.valueOf(e.getMessage()), deadline);
      } catch (ApiProblem e) {
        if (!e.problem().retryable()) {
          throw e;
        }
        away(e.problem().detail(), deadline);
      }
    }
    settle();
    return last;
  }

  /** Whoever answers early, a proxy perhaps, is not asked more often for that. */
  private void rest(Instant until) throws InterruptedException {
    Duration left = Duration.between(time.now(), until);
    if (left.isPositive()) {
      time.pause(left);
    }
  }

  private void away(String why, Instant deadline) throws InterruptedException {
    if (pause == null) {
      settle();
      console.progress("  the agent is away, trying again: " + why);
      headline = "";
    }
    pause = pause == null ? Duration.ofMillis(250) : least(pause.multipliedBy(2), LONGEST_PAUSE);
    Duration left = Duration.between(time.now(), deadline);
    if (left.isPositive()) {
      time.pause(least(pause, left));
    }
  }

  private void show(DeploymentResource deployment, Instant began) {
    if (deployment.state().isOver()) {
      return;
    }
    String now = headline(deployment);
    if (!now.equals(headline)) {
      settle();
      headline = now;
      since = time.now();
      if (!console.isLive()) {
        console.progress("  " + Spans.text(Duration.between(began, since)) + "  " + headline);
      }
    }
    console.status("  " + headline + " .. " + Spans.text(Duration.between(since, time.now())));
  }

  /** On a terminal, leaves the status line standing, with how long it took. */
  private void settle() {
    if (console.isLive() && !headline.isEmpty()) {
      console.progress("  " + headline + "  " + Spans.text(Duration.between(since, time.now())));
    }
    headline = "";
  }

  private static String headline(DeploymentResource deployment) {
    String slots = deployment.slotsDone() + " of " + deployment.slotsTotal() + " slots done";
    if (deployment.state() == DeploymentState.PENDING) {
      return deployment.id() + " waits for its turn";
    }
    if (deployment.state() == DeploymentState.REVERTING) {
      return deployment.id()
          + " failed and goes back to "
          + deployment.fromRelease()
          + ": "
          + slots;
    }
    return switch (deployment.phase()) {
      case ROLL -> deployment.id() + " roll: " + slots;
      case ACTIVATE, VALIDATE, COMMIT ->
          deployment.id() + " " + deployment.phase().name().toLowerCase(Locale.ROOT);
    };
  }

  private static Duration least(Duration one, Duration other) {
    return one.compareTo(other) < 0 ? one : other;
  }
}
