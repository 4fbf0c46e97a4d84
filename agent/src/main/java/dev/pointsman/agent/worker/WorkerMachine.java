package dev.pointsman.agent.worker;

import dev.pointsman.agent.worker.WorkerEvent.Accepting;
import dev.pointsman.agent.worker.WorkerEvent.BecameReady;
import dev.pointsman.agent.worker.WorkerEvent.DrainRequested;
import dev.pointsman.agent.worker.WorkerEvent.Drained;
import dev.pointsman.agent.worker.WorkerEvent.Exited;
import dev.pointsman.agent.worker.WorkerEvent.Hung;
import dev.pointsman.agent.worker.WorkerEvent.MoreTime;
import dev.pointsman.agent.worker.WorkerEvent.ProbeFailed;
import dev.pointsman.agent.worker.WorkerEvent.ProbePassed;
import dev.pointsman.agent.worker.WorkerEvent.Recovered;
import dev.pointsman.agent.worker.WorkerEvent.SpawnFailed;
import dev.pointsman.agent.worker.WorkerEvent.StopRequested;
import dev.pointsman.agent.worker.WorkerEvent.TimerFired;
import dev.pointsman.agent.worker.WorkerEvent.Vitals;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Ending;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.ExitCause;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/**
 * Decides what becomes of a worker: pure, total over states and events. A worker is gated in
 * private, let in once it is healthy, started again when it ends by itself, and drained before it
 * is stopped. {@link Gating} and {@link Serving} hold the rules of those states.
 */
final class WorkerMachine {
  private final WorkerPolicy policy;
  private final Moves moves;
  private final Gating gating;
  private final Serving serving;

  WorkerMachine(WorkerPolicy policy) {
    this.policy = policy;
    this.moves = new Moves(policy);
    this.gating = new Gating(policy, moves);
    this.serving = new Serving(policy, moves);
  }

  WorkerPolicy policy() {
    return policy;
  }

  /** A new worker; {@code trial}: failing its gate is final. */
  Transition launch(Incarnation who, Gate gate, boolean trial, Instant now) {
    return moves.launch(who, gate, trial, Restarts.NONE, now);
  }

  /**
   * A worker that an earlier run of the agent had ordered to accept, in a process of {@code
   * started}: it is asked to confirm, and keeps serving meanwhile.
   */
  Transition adopt(Incarnation who, Instant started, Instant now) {
    return Transition.to(
        new Standby(
            who, now, started, now.plus(policy.acceptDeadline()), false, true, Restarts.NONE),
        new Effect.Accept(who));
  }

  /** A worker that an earlier run of the agent had ordered to drain. */
  Transition adoptDraining(Incarnation who, Instant now) {
    return moves.drain(who, ExitCause.DEPLOYED, now);
  }

  /** What {@code event} makes of {@code state}. */
  Transition step(WorkerState state, WorkerEvent event, Instant now) {
    return switch (state) {
      case Launching launching -> gating.whenLaunching(launching, event, now);
      case Standby standby -> gating.whenStandby(standby, event, now);
      case Online online -> serving.whenOnline(online, event, now);
      case Draining draining -> serving.whenDraining(draining, event, now);
      case Stopping stopping -> whenStopping(stopping, event, now);
      case BackingOff off -> whenWaiting(off, off.last(), off.until(), off.restarts(), event, now);
      case Errored errored ->
          whenWaiting(
              errored, errored.last(), errored.until(), errored.restarts().rested(), event, now);
      case Stopped stopped -> Transition.to(stopped);
    };
  }

  /** When {@link TimerFired} is due next in {@code state}, if at all. */
  static Optional<Instant> wakeAt(WorkerState state) {
    return switch (state) {
      case Launching launching -> Optional.of(launching.healthyBy());
      case Standby standby -> Optional.of(standby.acceptBy());
      case Draining draining -> Optional.of(draining.drainedBy());
      case Stopping stopping ->
          stopping.killed() ? Optional.empty() : Optional.of(stopping.killAt());
      case BackingOff off -> Optional.of(off.until());
      case Errored errored -> Optional.of(errored.until());
      case Online _, Stopped _ -> Optional.empty();
    };
  }

  private Transition whenStopping(Stopping it, WorkerEvent event, Instant now) {
    return switch (event) {
      case Exited ended when ended.who().equals(it.who()) ->
          switch (it.then()) {
            case Ending.Gone _ -> Transition.to(new Stopped(it.who(), now, null));
            case Ending.Condemned(var trouble) ->
                Transition.to(new Stopped(it.who(), now, trouble));
            case Ending.Again(var trouble, var restarts) ->
                moves.again(it.who(), trouble, restarts, Duration.ZERO, now);
          };
      case TimerFired _ when !it.killed() && !now.isBefore(it.killAt()) ->
          Transition.to(
              new Stopping(
                  it.who(), it.since(), it.killAt(), true, it.overtime(), it.why(), it.then()),
              new Effect.Kill(it.who()));
      case MoreTime(var who, var more) when who.equals(it.who()) && !it.killed() ->
          Transition.to(
              new Stopping(
                  who,
                  it.since(),
                  policy.extended(it.killAt(), more, it.since(), now),
                  false,
                  it.overtime(),
                  it.why(),
                  it.then()));
      // Whoever asks it to go while it was to be started again does not want it started again.
      case DrainRequested(var why) -> Transition.to(forGood(it, why));
      case StopRequested(var why) -> Transition.to(forGood(it, why));
      case Exited _,
          TimerFired _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Accepting _,
          Vitals _,
          Hung _,
          MoreTime _,
          Recovered _,
          Drained _,
          SpawnFailed _ ->
          Transition.to(it);
    };
  }

  private static Stopping forGood(Stopping it, ExitCause why) {
    return it.then() instanceof Ending.Again
        ? new Stopping(
            it.who(), it.since(), it.killAt(), it.killed(), it.overtime(), why, new Ending.Gone())
        : it;
  }

  private Transition whenWaiting(
      WorkerState it,
      Incarnation last,
      Instant until,
      Restarts restarts,
      WorkerEvent event,
      Instant now) {
    return switch (event) {
      case TimerFired _ when !now.isBefore(until) ->
          moves.launch(last.next(), Gate.KNOWN_GOOD, false, restarts, now);
      case DrainRequested _, StopRequested _ -> Transition.to(new Stopped(last, now, null));
      case TimerFired _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Accepting _,
          Vitals _,
          Hung _,
          MoreTime _,
          Recovered _,
          Drained _,
          Exited _,
          SpawnFailed _ ->
          Transition.to(it);
    };
  }
}
