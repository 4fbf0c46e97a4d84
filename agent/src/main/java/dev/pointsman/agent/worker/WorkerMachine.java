package dev.pointsman.agent.worker;

import dev.pointsman.agent.worker.WorkerEvent.Accepting;
import dev.pointsman.agent.worker.WorkerEvent.BecameReady;
import dev.pointsman.agent.worker.WorkerEvent.DrainRequested;
import dev.pointsman.agent.worker.WorkerEvent.Drained;
import dev.pointsman.agent.worker.WorkerEvent.Exited;
import dev.pointsman.agent.worker.WorkerEvent.ProbeFailed;
import dev.pointsman.agent.worker.WorkerEvent.ProbePassed;
import dev.pointsman.agent.worker.WorkerEvent.SpawnFailed;
import dev.pointsman.agent.worker.WorkerEvent.StopRequested;
import dev.pointsman.agent.worker.WorkerEvent.TimerFired;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Ending;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.Reason;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Decides what becomes of a worker: pure, total over states and events. A worker is gated in
 * private, let in once it is healthy, started again when it ends by itself, and drained before it
 * is stopped.
 */
final class WorkerMachine {
  private final WorkerPolicy policy;

  WorkerMachine(WorkerPolicy policy) {
    this.policy = policy;
  }

  /** A new worker; {@code trial}: failing its gate is final. */
  Transition launch(Incarnation who, Gate gate, boolean trial, Instant now) {
    return launch(who, gate, trial, Restarts.NONE, now);
  }

  /**
   * A worker that an earlier run of the agent had ordered to accept: it is asked to confirm, and
   * keeps serving meanwhile.
   */
  Transition adopt(Incarnation who, Instant now) {
    return Transition.to(
        new Standby(who, now, now.plus(policy.acceptDeadline()), false, Restarts.NONE),
        new Effect.Accept(who));
  }

  /** A worker that an earlier run of the agent had ordered to drain. */
  Transition adoptDraining(Incarnation who, Instant now) {
    return drain(who, now);
  }

  /** What {@code event} makes of {@code state}. */
  Transition step(WorkerState state, WorkerEvent event, Instant now) {
    return switch (state) {
      case Launching launching -> whenLaunching(launching, event, now);
      case Standby standby -> whenStandby(standby, event, now);
      case Online online -> whenOnline(online, event, now);
      case Draining draining -> whenDraining(draining, event, now);
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

  private Transition whenLaunching(Launching it, WorkerEvent event, Instant now) {
    return switch (event) {
      case BecameReady(var who) when who.equals(it.who()) && !it.ready() ->
          Transition.to(progress(it, true, 0, null, 0));
      case ProbePassed(var who) when who.equals(it.who()) -> passed(it, now);
      case ProbeFailed(var who, var answer) when who.equals(it.who()) ->
          failedProbe(it, answer, now);
      case Exited(var who, var how) when who.equals(it.who()) ->
          ended(
              it,
              new Trouble(
                  Reason.WORKER_CRASHED,
                  "The worker ended before it was healthy: " + how + ".",
                  null),
              now);
      case SpawnFailed(var who, var reason, var why) when who.equals(it.who()) ->
          ended(it, new Trouble(reason, why, null), now);
      case TimerFired _ when !now.isBefore(it.healthyBy()) -> condemn(it, late(it), now);
      case DrainRequested _, StopRequested _ -> stop(it.who(), new Ending.Gone(), now);
      case BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Exited _,
          SpawnFailed _,
          TimerFired _,
          Accepting _,
          Drained _ ->
          Transition.to(it);
    };
  }

  private Transition passed(Launching it, Instant now) {
    int passes = it.passes() + 1;
    Instant passingSince = it.passingSince() == null ? now : it.passingSince();
    boolean gated =
        passes >= it.gate().passes()
            && !now.isBefore(passingSince.plus(it.gate().minHealthyTime()));
    return gated
        ? Transition.to(
            new Standby(
                it.who(), now, now.plus(policy.acceptDeadline()), it.trial(), it.restarts()),
            new Effect.Accept(it.who()))
        : Transition.to(progress(it, true, passes, passingSince, 0));
  }

  /**
   * A failed probe ends the row; a worker that had been well and fails several times is given up
   * before its deadline.
   */
  private Transition failedProbe(Launching it, String answer, Instant now) {
    boolean hadPassed = it.passingSince() != null || it.failures() > 0;
    int failures = hadPassed ? it.failures() + 1 : 0;
    if (failures >= policy.failureThreshold()) {
      return condemn(
          it,
          new Trouble(
              Reason.WORKER_UNHEALTHY,
              "The worker was healthy at first, then failed "
                  + failures
                  + " probes in a row; the last: "
                  + answer
                  + ".",
              "failure_threshold=" + policy.failureThreshold()),
          now);
    }
    return Transition.to(progress(it, it.ready(), 0, null, failures));
  }

  private Trouble late(Launching it) {
    String setting = "healthy_deadline=" + Durations.words(policy.healthyDeadline());
    return it.ready()
        ? new Trouble(
            Reason.HEALTH_DEADLINE_EXCEEDED,
            "The worker listened, but did not become healthy in time.",
            setting)
        : new Trouble(
            Reason.NEVER_LISTENED, "The worker did not listen on its port in time.", setting);
  }

  private Transition whenStandby(Standby it, WorkerEvent event, Instant now) {
    return switch (event) {
      case Accepting(var who) when who.equals(it.who()) ->
          Transition.to(new Online(who, now, 0, it.restarts()));
      case Exited(var who, var how) when who.equals(it.who()) ->
          crashed(
              it.who(),
              it.trial(),
              new Trouble(
                  Reason.WORKER_CRASHED,
                  "The worker ended while it was being let in: " + how + ".",
                  null),
              it.restarts(),
              now);
      case TimerFired _ when !now.isBefore(it.acceptBy()) ->
          giveUp(
              it.who(),
              it.trial(),
              new Trouble(
                  Reason.ACCEPT_FAILED,
                  "The worker did not confirm within "
                      + Durations.words(policy.acceptDeadline())
                      + " that it accepts.",
                  null),
              it.restarts(),
              now);
      case DrainRequested _ -> drain(it.who(), now);
      case StopRequested _ -> stop(it.who(), new Ending.Gone(), now);
      case Accepting _,
          Exited _,
          TimerFired _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Drained _,
          SpawnFailed _ ->
          Transition.to(it);
    };
  }

  private Transition whenOnline(Online it, WorkerEvent event, Instant now) {
    return switch (event) {
      case ProbePassed(var who) when who.equals(it.who()) ->
          Transition.to(new Online(who, it.since(), 0, it.restarts()));
      case ProbeFailed(var who, _) when who.equals(it.who()) ->
          Transition.to(new Online(who, it.since(), it.failures() + 1, it.restarts()));
      case Exited(var who, var how) when who.equals(it.who()) ->
          again(
              who,
              new Trouble(Reason.WORKER_CRASHED, "The worker ended by itself: " + how + ".", null),
              it.restarts(),
              now);
      case DrainRequested _ -> drain(it.who(), now);
      case StopRequested _ -> stop(it.who(), new Ending.Gone(), now);
      case ProbePassed _,
          ProbeFailed _,
          Exited _,
          Accepting _,
          BecameReady _,
          Drained _,
          SpawnFailed _,
          TimerFired _ ->
          Transition.to(it);
    };
  }

  private Transition whenDraining(Draining it, WorkerEvent event, Instant now) {
    return switch (event) {
      case Drained(var who) when who.equals(it.who()) -> stop(who, new Ending.Gone(), now);
      case Exited(var who, _) when who.equals(it.who()) ->
          Transition.to(new Stopped(who, now, null));
      case TimerFired _ when !now.isBefore(it.drainedBy()) ->
          stop(it.who(), new Ending.Gone(), now);
      case StopRequested _ -> stop(it.who(), new Ending.Gone(), now);
      case Drained _,
          Exited _,
          TimerFired _,
          DrainRequested _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Accepting _,
          SpawnFailed _ ->
          Transition.to(it);
    };
  }

  private Transition whenStopping(Stopping it, WorkerEvent event, Instant now) {
    return switch (event) {
      case Exited(var who, _) when who.equals(it.who()) ->
          switch (it.then()) {
            case Ending.Gone _ -> Transition.to(new Stopped(who, now, null));
            case Ending.Condemned(var trouble) -> Transition.to(new Stopped(who, now, trouble));
            case Ending.Again(var trouble, var restarts) -> again(who, trouble, restarts, now);
          };
      case TimerFired _ when !it.killed() && !now.isBefore(it.killAt()) ->
          Transition.to(
              new Stopping(it.who(), it.since(), it.killAt(), true, it.then()),
              new Effect.Kill(it.who()));
      // Whoever asks it to go while it was to be started again does not want it started again.
      case DrainRequested _, StopRequested _ ->
          Transition.to(
              it.then() instanceof Ending.Again
                  ? new Stopping(it.who(), it.since(), it.killAt(), it.killed(), new Ending.Gone())
                  : it);
      case Exited _,
          TimerFired _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Accepting _,
          Drained _,
          SpawnFailed _ ->
          Transition.to(it);
    };
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
          launch(last.next(), Gate.KNOWN_GOOD, false, restarts, now);
      case DrainRequested _, StopRequested _ -> Transition.to(new Stopped(last, now, null));
      case TimerFired _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Accepting _,
          Drained _,
          Exited _,
          SpawnFailed _ ->
          Transition.to(it);
    };
  }

  private Transition launch(
      Incarnation who, Gate gate, boolean trial, Restarts restarts, Instant now) {
    return Transition.to(
        new Launching(
            who, now, now.plus(policy.healthyDeadline()), gate, trial, false, 0, null, 0, restarts),
        new Effect.Spawn(who));
  }

  /** A launching process has ended by itself. */
  private Transition ended(Launching it, Trouble trouble, Instant now) {
    return crashed(it.who(), it.trial(), trouble, it.restarts(), now);
  }

  /** A launching process is no good. */
  private Transition condemn(Launching it, Trouble trouble, Instant now) {
    return giveUp(it.who(), it.trial(), trouble, it.restarts(), now);
  }

  private Transition crashed(
      Incarnation who, boolean trial, Trouble trouble, Restarts restarts, Instant now) {
    return trial
        ? Transition.to(new Stopped(who, now, trouble))
        : again(who, trouble, restarts, now);
  }

  private Transition giveUp(
      Incarnation who, boolean trial, Trouble trouble, Restarts restarts, Instant now) {
    return stop(
        who, trial ? new Ending.Condemned(trouble) : new Ending.Again(trouble, restarts), now);
  }

  /**
   * A wanted worker has ended: it is started again, later each time, and rests when that happens
   * too often.
   */
  private Transition again(Incarnation who, Trouble trouble, Restarts before, Instant now) {
    Restarts restarts = before.plus(now, policy.restartWindow());
    if (restarts.recent().size() > policy.maxRestarts()) {
      return Transition.to(new Errored(who, now, now.plus(policy.cooldown()), trouble, restarts));
    }
    Instant until = now.plus(restarts.delay(policy, who.hashCode()));
    return Transition.to(new BackingOff(who, now, until, trouble, restarts));
  }

  private Transition drain(Incarnation who, Instant now) {
    Instant by = now.plus(policy.drainTimeout()).plus(WorkerPolicy.DRAIN_GRACE);
    return Transition.to(new Draining(who, now, by), new Effect.Drain(who));
  }

  private Transition stop(Incarnation who, Ending then, Instant now) {
    return Transition.to(
        new Stopping(who, now, now.plus(policy.killTimeout()), false, then),
        new Effect.Terminate(who));
  }

  private static Launching progress(
      Launching it, boolean ready, int passes, @Nullable Instant passingSince, int failures) {
    return new Launching(
        it.who(),
        it.since(),
        it.healthyBy(),
        it.gate(),
        it.trial(),
        ready,
        passes,
        passingSince,
        failures,
        it.restarts());
  }
}
