package dev.pointsman.agent.worker;

import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.FailureResource;
import java.time.Duration;
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

  /** There was no need any more, or no leave. */
  record GivenUp(String why) implements Outcome {}

  private final WorkerPool pool;
  private final BooleanSupplier deploying;

  Renewal(WorkerPool pool, BooleanSupplier deploying) {
    this.pool = pool;
    this.deploying = deploying;
  }

  /** Blocks until the new worker of {@code slot} serves or is given up. */
  Outcome run(int slot, ExitCause why) throws InterruptedException {
    WorkerSupervisor old = pool.beginRenewal(slot);
    if (old == null) {
      return new GivenUp("its worker has gone, or a deployment begins.");
    }
    try {
      return replace(old, why);
    } finally {
      pool.endRenewal();
    }
  }

  private Outcome replace(WorkerSupervisor old, ExitCause why) throws InterruptedException {
    WorkerSupervisor fresh = pool.beginBeside(old.slot(), old.generation(), gate(why));
    boolean decided =
        pool.awaitDecision(fresh, () -> deploying.getAsBoolean() || isUnneeded(old, why));
    if (decided && pool.settle(old.slot(), fresh, why)) {
      return new Done();
    }
    FailureResource failure =
        pool.judge(fresh, decided ? ExitCause.FAILED_START : ExitCause.RETIRED);
    if (deploying.getAsBoolean() || pool.isClaimed()) {
      return new GivenUp("a deployment begins.");
    }
    return isUnneeded(old, why)
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
  private Gate gate(ExitCause why) {
    return why == ExitCause.UNHEALTHY
        ? new Gate(pool.config().roll().healthPasses(), Duration.ZERO)
        : Gate.KNOWN_GOOD;
  }
}
