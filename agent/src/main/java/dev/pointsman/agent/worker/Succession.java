package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.FailureResource;
import java.time.Instant;
import java.util.Optional;
import java.util.function.BooleanSupplier;

/**
 * Puts a new worker in the place of another: the new one is begun beside the old one, and the old
 * one hears of it when the new one accepts, or never.
 */
final class Succession {
  /** Workers that may be draining before another slot is replaced. */
  static final int MAX_DRAINING = 4;

  private final Roster roster;
  private final Launches launches;
  private final PrivateTrial trial;

  Succession(Roster roster, Launches launches, PrivateTrial trial) {
    this.roster = roster;
    this.launches = launches;
    this.trial = trial;
  }

  /**
   * Blocks until the new worker of {@code slot} accepts or has failed, {@code progress_deadline} at
   * most.
   *
   * @return why it failed, or empty
   */
  Optional<FailureResource> replace(int slot, Generation generation, boolean knownGood)
      throws InterruptedException {
    AppConfig config = launches.config();
    Instant deadline = roster.after(config.roll().progressDeadline());
    if (!roster.await(this::hasRoom, deadline)) {
      return Optional.of(Evidence.noRoom(slot, MAX_DRAINING, config));
    }
    Gate gate = launches.gate(knownGood);
    Optional<FailureResource> untried = tryFirst(slot, generation, knownGood, deadline);
    if (untried.isPresent()) {
      return untried;
    }
    WorkerSupervisor fresh = begin(slot, generation, gate);
    boolean _ = roster.await(fresh::isDecided, deadline);
    return roster.settle(slot, fresh, ExitCause.DEPLOYED)
        ? Optional.empty()
        : Optional.of(dismiss(fresh, ExitCause.FAILED_START, launches.config()));
  }

  /**
   * Tries {@code generation} in private, unless that has been done; {@code slot} is the one that
   * its first worker is to have. Blocks until the trial is over, until {@code deadline} at most.
   *
   * @return why it failed, or empty
   */
  Optional<FailureResource> tryFirst(
      int slot, Generation generation, boolean knownGood, Instant deadline)
      throws InterruptedException {
    return knownGood || runs(generation)
        ? Optional.empty()
        : trial.run(slot, generation, launches.gate(false), deadline);
  }

  /** The configuration of the moment. */
  AppConfig config() {
    return launches.config();
  }

  /** Whether few enough workers drain for another slot to be replaced. */
  boolean hasRoom() {
    return roster.leaving() < MAX_DRAINING;
  }

  private boolean runs(Generation generation) {
    return roster.holders().values().stream()
        .anyMatch(worker ->
            worker.generation().equals(generation) && worker.view().state() instanceof Online);
  }

  /** A new worker on trial: shown, but not yet the slot's. */
  WorkerSupervisor begin(int slot, Generation generation, Gate gate) {
    WorkerSupervisor fresh = launches.beginOnTrial(slot, generation, gate);
    roster.putLeaving(fresh);
    return fresh;
  }

  /** Waits until {@code fresh} is in or out, or {@code unneeded}; whether the former. */
  boolean awaitDecision(WorkerSupervisor fresh, BooleanSupplier unneeded)
      throws InterruptedException {
    boolean _ =
        roster.await(
            () -> fresh.isDecided() || unneeded.getAsBoolean(),
            launches.config().roll().progressDeadline());
    return fresh.isDecided();
  }

  /** Why {@code fresh} did not get the slot; it is told to go because of {@code cause}. */
  static FailureResource dismiss(WorkerSupervisor fresh, ExitCause cause, AppConfig config) {
    FailureResource failure =
        fresh.isDecided() ? Evidence.failure(fresh, config) : Evidence.noProgress(fresh, config);
    fresh.post(new WorkerEvent.DrainRequested(cause));
    return failure;
  }
}
