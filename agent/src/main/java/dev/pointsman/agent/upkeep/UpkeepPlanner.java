package dev.pointsman.agent.upkeep;

import dev.pointsman.protocol.api.ExitCause;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * Says which worker is replaced next. Pure.
 *
 * <p>What shows no life comes first, then what fails its probes, is too large, is too old. A worker
 * that is only too old waits until every other one is well. A failed attempt, and a slot that ails
 * again soon after it was replaced, or was to be, have the next attempt wait, each time twice as
 * long; who waits keeps nobody else waiting.
 */
public final class UpkeepPlanner {
  private final Pauses pauses;

  public UpkeepPlanner(Pauses pauses) {
    this.pauses = pauses;
  }

  /**
   * What is to be done.
   *
   * @param ailing all workers that had better be replaced
   * @param well whether all slots serve, whatever their age and size
   */
  public Decision next(UpkeepHistory history, List<Ailing> ailing, boolean well, Instant now) {
    Optional<Ailing> next =
        ailing.stream()
            .filter(worker -> well || worker.why() != ExitCause.LIFETIME)
            .min(
                Comparator.comparing(
                        (Ailing worker) -> now.isBefore(notBefore(history, worker, now)))
                    .thenComparingInt(UpkeepPlanner::rank)
                    .thenComparing(worker -> notBefore(history, worker, now))
                    .thenComparingInt(Ailing::slot));
    if (next.isEmpty()) {
      return new Decision.Nothing();
    }
    Instant until = notBefore(history, next.get(), now);
    return now.isBefore(until)
        ? new Decision.Wait(next.get(), until)
        : new Decision.Replace(next.get());
  }

  /** The history when {@code worker} was replaced by one that serves. */
  public UpkeepHistory replaced(UpkeepHistory history, Ailing worker, Instant now) {
    return history.replaced(worker, pauses, now);
  }

  /** The history when the successor of {@code worker} did not come up. */
  public UpkeepHistory failed(UpkeepHistory history, Ailing worker, String why, Instant now) {
    return history.failed(worker, why, pauses, now);
  }

  /** The history when a successor of {@code worker} was begun, and given up for no fault of its. */
  public UpkeepHistory givenUp(UpkeepHistory history, Ailing worker, Instant now) {
    return history.givenUp(worker, pauses, now);
  }

  private static int rank(Ailing worker) {
    return switch (worker.why()) {
      case HUNG -> 0;
      case UNHEALTHY -> 1;
      case MEMORY -> 2;
      case LIFETIME -> 3;
      case ITSELF, OUTSIDE, OUT_OF_MEMORY, FAILED_START, DEPLOYED, RETIRED ->
          throw new IllegalStateException("no reason for upkeep: " + worker);
    };
  }

  private Instant notBefore(UpkeepHistory history, Ailing worker, Instant now) {
    Instant afterFailure =
        history.failedAt() == null
            ? now
            : history.failedAt().plus(pause(worker, history.failures()));
    UpkeepHistory.Streak streak = history.slots().get(worker.slot());
    int times = history.times(worker.slot(), pauses, now);
    Instant afterStreak =
        streak == null || times == 0 ? now : streak.last().plus(pause(worker, times));
    Instant later = afterFailure.isAfter(afterStreak) ? afterFailure : afterStreak;
    return later.isAfter(now) ? later : now;
  }

  /** Of what shows no life nothing is lost, and all is to be won: its pause does not grow. */
  private Duration pause(Ailing worker, int times) {
    return pauses.after(worker.why() == ExitCause.HUNG ? Math.min(times, 1) : times);
  }
}
