package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.ApiProblem;
import java.time.Duration;
import java.time.Instant;

/**
 * How long a push is tried again after transfers that broke: with growing pauses, and no longer
 * than a time in which nothing has come nearer. Whoever never answered is not tried again. One
 * thread.
 */
final class Patience {
  private static final Duration FIRST = Duration.ofMillis(500);
  private static final Duration LONGEST = Duration.ofSeconds(10);

  private final Time time;
  private final Console console;
  private final Duration limit;
  private Instant since;
  private Duration pause = FIRST;
  private boolean answered;
  private int fewest = Integer.MAX_VALUE;

  Patience(Time time, Console console, Duration limit) {
    this.time = time;
    this.console = console;
    this.limit = limit;
    this.since = time.now();
  }

  /** The agent has answered that so many files are missing; -1 where one more is there for sure. */
  void progressed(int missing) {
    answered = true;
    if (missing < fewest) {
      fewest = missing < 0 ? fewest : missing;
      since = time.now();
      pause = FIRST;
    }
  }

  /** Waits before the next attempt, or throws {@code failure} where there is to be none. */
  void after(AgentUnreachable failure) throws AgentUnreachable, InterruptedException {
    if (!answered || isOver()) {
      throw failure;
    }
    waitBecauseOf(String.valueOf(failure.getMessage()));
  }

  /** As above, for a refusal; one that stands is thrown at once. */
  void after(ApiProblem refusal) throws ApiProblem, InterruptedException {
    if (!DeltaPush.mayHelp(refusal) || isOver()) {
      throw refusal;
    }
    waitBecauseOf(refusal.problem().detail());
  }

  private boolean isOver() {
    return time.now().plus(pause).isAfter(since.plus(limit));
  }

  private void waitBecauseOf(String why) throws InterruptedException {
    console.problem("pointsman: " + why + "; going on in " + Spans.text(pause));
    time.pause(pause);
    pause = pause.multipliedBy(2);
    pause = pause.compareTo(LONGEST) > 0 ? LONGEST : pause;
  }
}
