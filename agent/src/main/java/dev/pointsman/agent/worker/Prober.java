package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig.HealthConfig;
import dev.pointsman.agent.health.ProbeResult;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.Consumer;

/**
 * Probes one process again and again on a virtual thread: often while it is being gated, at the
 * configured interval afterwards.
 */
final class Prober implements AutoCloseable {
  private static final Duration WHILE_GATED = Duration.ofMillis(200);
  private static final Duration NOISE = Duration.ofMillis(200);
  private static final int ANSWERS_KEPT = 5;

  /** One probe; blocks. */
  interface Probe {
    ProbeResult run() throws InterruptedException;
  }

  private final Incarnation who;
  private final Probe probe;
  private final HealthConfig health;
  private final InstantSource clock;
  private final Consumer<WorkerEvent> events;
  private final Deque<String> answers = new ArrayDeque<>();
  private final Thread thread;
  private volatile Duration pause;
  private boolean begun;

  /** {@code clock}: the one that stands still while the agent cannot look. */
  Prober(
      Incarnation who,
      Probe probe,
      HealthConfig health,
      InstantSource clock,
      Consumer<WorkerEvent> events) {
    this.who = who;
    this.probe = probe;
    this.health = health;
    this.clock = clock;
    this.events = events;
    this.pause = health.interval().compareTo(WHILE_GATED) < 0 ? health.interval() : WHILE_GATED;
    this.thread = Thread.ofVirtual().name("probe-" + who).unstarted(this::run);
  }

  /** Begins, if it has not yet. */
  synchronized void begin() {
    if (!begun) {
      begun = true;
      thread.start();
    }
  }

  /** From now on at the configured interval. */
  void slowDown() {
    pause = health.interval();
  }

  /** The last answers, oldest first. */
  synchronized List<String> lastAnswers() {
    return List.copyOf(answers);
  }

  @Override
  public synchronized void close() {
    begun = true;
    thread.interrupt();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Instant start = clock.instant();
        long counter = System.nanoTime();
        ProbeResult result = probe.run();
        if (!result.passed() && stoodStill(start, counter)) {
          continue; // The answer may have come in time: nobody was there to read it.
        }
        remember(result.answer());
        events.accept(
            result.passed()
                ? new WorkerEvent.ProbePassed(who)
                : new WorkerEvent.ProbeFailed(who, result.answer()));
        Thread.sleep(pause);
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** Whether the agent could not look for a time since {@code start}. */
  private boolean stoodStill(Instant start, long counter) {
    Duration passed = Duration.ofNanos(System.nanoTime() - counter);
    return passed.minus(Duration.between(start, clock.instant())).compareTo(NOISE) > 0;
  }

  private synchronized void remember(String answer) {
    if (answers.size() == ANSWERS_KEPT) {
      answers.removeFirst();
    }
    answers.addLast(answer);
  }
}
