package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.FailureResource;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/**
 * Replaces one worker that serves by another of its own generation, new before old, in the same
 * slot. A deployment that wants to begin has it give up at once.
 */
final class Renewal {
  /** How it ended. */
  sealed interface Outcome {}

  /** The new worker has the slot. */
  record Done() implements Outcome {}

  /** The new one did not come up; the old one did not notice. */
  record Failed(FailureResource why) implements Outcome {}

  /** There was no leave, or nothing to replace: no new one was begun. */
  record NotBegun() implements Outcome {}

  /** The new one was begun, and there was no need of it any more, or no leave. */
  record GivenUp(String why) implements Outcome {}

  private final Roster roster;
  private final Succession succession;
  private final Claims claims;
  private final BooleanSupplier deploying;

  /** {@code deploying} says whether a deployment is in progress. */
  Renewal(Roster roster, Succession succession, Claims claims, BooleanSupplier deploying) {
    this.roster = roster;
    this.succession = succession;
    this.claims = claims;
    this.deploying = deploying;
  }

  /**
   * Blocks until the new worker of {@code slot} serves or is given up; {@code onBegin} is told
   * before it is begun.
   */
  Outcome run(int slot, ExitCause why, Runnable onBegin) throws InterruptedException {
    if (!claims.beginRenewal()) {
      return new NotBegun();
    }
    try {
      WorkerSupervisor old = roster.holder(slot);
      if (old == null || !(old.view().state() instanceof Online) || !succession.hasRoom()) {
        return new NotBegun();
      }
      onBegin.run();
      return replace(old, why);
    } finally {
      claims.endRenewal();
    }
  }

  private Outcome replace(WorkerSupervisor old, ExitCause why) throws InterruptedException {
    AppConfig config = succession.config();
    WorkerSupervisor fresh = succession.begin(old.slot(), old.generation(), gate(why, config));
    AtomicBoolean unneeded = new AtomicBoolean(); // It may ail again before this is asked for.
    boolean decided =
        succession.awaitDecision(
            fresh,
            () -> {
              unneeded.compareAndSet(false, isUnneeded(old, why));
              return claims.isClaimed() || deploying.getAsBoolean() || unneeded.get();
            });
    if (decided && roster.settle(old.slot(), fresh, why)) {
      return new Done();
    }
    FailureResource failure =
        Succession.dismiss(fresh, decided ? ExitCause.FAILED_START : ExitCause.RETIRED, config);
    if (deploying.getAsBoolean() || claims.isClaimed()) {
      return new GivenUp("a deployment begins.");
    }
    return unneeded.get() || isUnneeded(old, why)
        ? new GivenUp("its worker is gone or well again.")
        : new Failed(failure);
  }

  /** Whether the worker has ended by itself, or is well again. */
  private static boolean isUnneeded(WorkerSupervisor old, ExitCause why) {
    return !(old.view().state() instanceof Online online)
        || (why == ExitCause.HUNG && online.condition().hung() == null)
        || (why == ExitCause.UNHEALTHY && online.condition().failures() == 0);
  }

  /** One that failed its probes is not replaced by one that passes a single one by chance. */
  private static Gate gate(ExitCause why, AppConfig config) {
    return why == ExitCause.UNHEALTHY
        ? new Gate(config.roll().healthPasses(), Duration.ZERO)
        : Gate.KNOWN_GOOD;
  }
}
