package dev.pointsman.agent.worker;

import dev.pointsman.agent.upkeep.Ailing;
import dev.pointsman.agent.upkeep.Decision;
import dev.pointsman.agent.upkeep.Pauses;
import dev.pointsman.agent.upkeep.UpkeepHistory;
import dev.pointsman.agent.upkeep.UpkeepPlanner;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.UpkeepResource;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the workers of an app between its deployments, on a virtual thread of its own: weighs
 * them, asks {@link UpkeepPlanner}, and has the pool replace what is to be replaced. While a
 * deployment is in progress it does nothing, for that replaces them anyway.
 */
final class Caretaker {
  private static final Logger LOG = LoggerFactory.getLogger(Caretaker.class);

  private final Roster roster;
  private final Launches launches;
  private final Renewal renewal;
  private final BooleanSupplier deploying;
  private final InstantSource clock;
  private final WorkerStory story;
  private final int salt;
  private final Thread thread;
  private volatile UpkeepHistory history = UpkeepHistory.NONE;
  private volatile Decision decision = new Decision.Nothing();
  private @Nullable Instant weighed;

  /** {@code deploying} says whether a deployment is in progress. */
  Caretaker(
      Roster roster,
      Launches launches,
      Renewal renewal,
      BooleanSupplier deploying,
      WorkerStory story) {
    this.roster = roster;
    this.launches = launches;
    this.renewal = renewal;
    this.deploying = deploying;
    this.clock = launches.clock();
    this.story = story;
    this.salt = Long.hashCode(clock.instant().toEpochMilli());
    this.thread = Thread.ofVirtual().name("upkeep-" + story.app()).unstarted(this::run);
  }

  void start() {
    thread.start();
  }

  /** Blocks until it does nothing any more. */
  void stop() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }

  /** What has been done, and what is waited for. */
  UpkeepResource view() {
    UpkeepHistory now = history;
    Map<String, Long> replaced = new TreeMap<>();
    now.replaced()
        .forEach((why, times) -> replaced.put(why.name().toLowerCase(Locale.ROOT), times));
    return new UpkeepResource(replaced, now.failed(), notice().orElse(null));
  }

  private Optional<String> notice() {
    return decision instanceof Decision.Wait(Ailing worker, Instant until)
        ? Optional.of(notice(worker, until, history))
        : Optional.empty();
  }

  private static String notice(Ailing worker, Instant until, UpkeepHistory history) {
    return "Slot "
        + worker.slot()
        + " is to be replaced, but not before "
        + until
        + ", as replacing did not help: "
        + (history.lastFailure() == null
            ? "it was replaced, or was to be, for the same or another reason shortly before"
            : history.failures()
                + " new workers in a row did not come up, the last: "
                + history.lastFailure())
        + ". What is wrong with it: "
        + worker.detail();
  }

  private void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        long seen = roster.changes();
        if (!look()) {
          roster.awaitChange(seen, interval());
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** As configured at this moment, as all that it goes by: a reload counts from then on. */
  private WorkerPolicy policy() {
    return launches.machine().policy();
  }

  private Duration interval() {
    return launches.config().health().interval();
  }

  private UpkeepPlanner planner() {
    WorkerPolicy policy = policy();
    return new UpkeepPlanner(new Pauses(policy.cooldown(), policy.restartWindow(), salt));
  }

  /** Looks once; whether it was worth it, so that it may be again. */
  private boolean look() throws InterruptedException {
    try {
      Instant now = clock.instant();
      if (weighed == null || !now.isBefore(weighed.plus(interval()))) {
        weigh();
        weighed = now;
      }
      Decision next =
          deploying.getAsBoolean()
              ? new Decision.Nothing()
              : planner().next(history, ailing(now), isWell(), now);
      decision = next;
      return next instanceof Decision.Replace(Ailing worker) && replace(worker);
    } catch (RuntimeException e) {
      LOG.error("Workers could not be looked after: a bug. app={}", story.app(), e);
      return false;
    }
  }

  /** Whether the attempt was made to its end. */
  private boolean replace(Ailing worker) throws InterruptedException {
    Renewal.Outcome outcome =
        renewal.run(
            worker.slot(),
            worker.why(),
            () ->
                story.upkeep("worker.replacing", worker, "is being replaced: " + worker.detail()));
    return switch (outcome) {
      case Renewal.Done _ -> {
        history = planner().replaced(history, worker, clock.instant());
        story.upkeep("worker.replaced", worker, "was replaced: " + worker.detail());
        yield true;
      }
      case Renewal.Failed(FailureResource failure) -> {
        history = planner().failed(history, worker, failure.detail(), clock.instant());
        story.upkeep(
            "worker.not_replaced",
            worker,
            "stays as it is, for the new one did not come up: " + failure.detail());
        yield true;
      }
      case Renewal.NotBegun _ -> false;
      case Renewal.GivenUp(String why) -> {
        history = planner().givenUp(history, worker, clock.instant());
        story.upkeep("worker.not_replaced", worker, "was not replaced: " + why);
        yield false;
      }
    };
  }

  /** The workers that serve and had better be replaced. */
  private List<Ailing> ailing(Instant now) {
    WorkerPolicy policy = policy();
    List<Ailing> all = new ArrayList<>();
    for (WorkerSupervisor worker : roster.holders().values()) {
      if (worker.view().state() instanceof Online online) {
        Ailments.of(worker.slot(), online, policy, now).ifPresent(all::add);
      }
    }
    return all;
  }

  /** Whether every slot's worker serves and none fails its probes. */
  private boolean isWell() {
    return roster.holders().values().stream()
        .allMatch(worker ->
            worker.view().state() instanceof Online
                && !Evidence.isTroubled(worker, launches.config()));
  }

  /** Has each worker that serves told what memory it uses. */
  private void weigh() {
    WorkerPolicy policy = policy();
    for (WorkerSupervisor worker : roster.holders().values()) {
      WorkerProcess process = worker.view().present();
      if (process != null && worker.view().state() instanceof Online) {
        long bytes = process.residentBytes();
        worker.post(new WorkerEvent.Vitals(process.incarnation(), bytes, policy.isTooMuch(bytes)));
      }
    }
  }
}
