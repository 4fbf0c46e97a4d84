package dev.pointsman.agent.worker;

import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Ending;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.ExitCause;
import java.time.Duration;
import java.time.Instant;

/** The moves of {@link WorkerMachine} that more than one state leads to. Pure. */
final class Moves {
  private final WorkerPolicy policy;

  Moves(WorkerPolicy policy) {
    this.policy = policy;
  }

  Transition launch(Incarnation who, Gate gate, boolean trial, Restarts restarts, Instant now) {
    return Transition.to(
        new Launching(
            who, now, now.plus(policy.healthyDeadline()), gate, trial, false, 0, null, 0, restarts),
        new Effect.Spawn(who));
  }

  /** A process that was not let in yet has ended by itself. */
  Transition crashed(
      Incarnation who, boolean trial, Trouble trouble, Restarts restarts, Instant now) {
    return trial
        ? Transition.to(new Stopped(who, now, trouble))
        : again(who, trouble, restarts, Duration.ZERO, now);
  }

  /** A process that was not let in yet is no good. */
  Transition giveUp(
      Incarnation who, boolean trial, Trouble trouble, Restarts restarts, Instant now) {
    return stop(
        who,
        ExitCause.FAILED_START,
        trial ? new Ending.Condemned(trouble) : new Ending.Again(trouble, restarts),
        now);
  }

  /**
   * A wanted worker has ended after it had served for {@code served}: it is started again, later
   * each time, and rests when that happens too often.
   */
  Transition again(
      Incarnation who, Trouble trouble, Restarts before, Duration served, Instant now) {
    Restarts restarts = before.plus(now, policy.restartWindow(), served);
    if (restarts.tooMany(policy)) {
      return Transition.to(new Errored(who, now, now.plus(policy.cooldown()), trouble, restarts));
    }
    Instant until = now.plus(restarts.delay(policy, who.hashCode()));
    return Transition.to(new BackingOff(who, now, until, trouble, restarts));
  }

  Transition drain(Incarnation who, ExitCause why, Instant now) {
    return Transition.to(
        new Draining(who, now, now.plus(drainTime()), false, why), new Effect.Drain(who));
  }

  /** What is dead to the world cannot drain; if it wakes up in time, it does. */
  Transition drainTheHung(Incarnation who, ExitCause why, Instant now) {
    return Transition.to(
        new Draining(who, now, now.plus(policy.killTimeout()), true, why), new Effect.Drain(who));
  }

  /** From the order to drain to the stop signal, at most. */
  Duration drainTime() {
    return policy.drainTimeout().plus(WorkerPolicy.DRAIN_GRACE);
  }

  Transition stop(Incarnation who, ExitCause why, Ending then, Instant now) {
    return Transition.to(
        new Stopping(who, now, now.plus(policy.killTimeout()), false, false, why, then),
        new Effect.Terminate(who));
  }
}
