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
import dev.pointsman.agent.worker.WorkerState.Ending;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.protocol.api.Reason;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** {@link WorkerMachine}, while a worker is in private or is being let in. Pure. */
final class Gating {
  private final WorkerPolicy policy;
  private final Moves moves;

  Gating(WorkerPolicy policy, Moves moves) {
    this.policy = policy;
    this.moves = moves;
  }

  /** That it shows no life counts for nothing here: many a start blocks, and has its deadline. */
  Transition whenLaunching(Launching it, WorkerEvent event, Instant now) {
    return switch (event) {
      case BecameReady(var who) when who.equals(it.who()) && !it.ready() ->
          Transition.to(progress(it, true, 0, null, 0));
      case ProbePassed(var who) when who.equals(it.who()) -> passed(it, now);
      case ProbeFailed(var who, var answer) when who.equals(it.who()) ->
          failedProbe(it, answer, now);
      case Exited ended when ended.who().equals(it.who()) ->
          ended(
              it,
              new Trouble(
                  Reason.WORKER_CRASHED,
                  "The worker ended before it was healthy: " + WorkerExit.words(ended) + ".",
                  null),
              now);
      case SpawnFailed(var who, var reason, var why) when who.equals(it.who()) ->
          ended(it, new Trouble(reason, why, null), now);
      case MoreTime(var who, var more) when who.equals(it.who()) ->
          Transition.to(until(it, policy.extended(it.healthyBy(), more, it.since(), now)));
      case TimerFired _ when !now.isBefore(it.healthyBy()) -> condemn(it, late(it), now);
      case DrainRequested(var why) -> moves.stop(it.who(), why, new Ending.Gone(), now);
      case StopRequested(var why) -> moves.stop(it.who(), why, new Ending.Gone(), now);
      case BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Exited _,
          SpawnFailed _,
          TimerFired _,
          Accepting _,
          Vitals _,
          Hung _,
          MoreTime _,
          Recovered _,
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
                it.who(),
                now,
                it.since(),
                now.plus(policy.acceptDeadline()),
                it.trial(),
                false,
                it.restarts()),
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
            Reason.NEVER_LISTENED,
            "The worker did not listen on its port, or say that it is ready, in time.",
            setting);
  }

  Transition whenStandby(Standby it, WorkerEvent event, Instant now) {
    return switch (event) {
      case Accepting(var who) when who.equals(it.who()) ->
          Transition.to(new Online(who, now, it.started(), Condition.WELL, it.restarts()));
      case Exited ended when ended.who().equals(it.who()) ->
          moves.crashed(
              it.who(),
              it.trial(),
              new Trouble(
                  Reason.WORKER_CRASHED,
                  "The worker ended while it was being let in: " + WorkerExit.words(ended) + ".",
                  null),
              it.restarts(),
              now);
      case TimerFired _ when !now.isBefore(it.acceptBy()) -> unconfirmed(it, now);
      case DrainRequested(var why) -> moves.drain(it.who(), why, now);
      case StopRequested(var why) -> moves.stop(it.who(), why, new Ending.Gone(), now);
      case Accepting _,
          Exited _,
          TimerFired _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Vitals _,
          Hung _,
          MoreTime _,
          Recovered _,
          Drained _,
          SpawnFailed _ ->
          Transition.to(it);
    };
  }

  /**
   * One that was let in long ago is not ended for it: it may serve, or be stuck; it keeps the slot
   * until another has it.
   */
  private Transition unconfirmed(Standby it, Instant now) {
    String detail =
        "The worker did not confirm within "
            + Durations.words(policy.acceptDeadline())
            + " that it accepts.";
    if (it.adopted()) {
      return Transition.to(
          new Online(it.who(), now, it.started(), Condition.WELL.hung(detail), it.restarts()));
    }
    Trouble trouble = new Trouble(Reason.ACCEPT_FAILED, detail, null);
    return moves.giveUp(it.who(), it.trial(), trouble, it.restarts(), now);
  }

  /** A launching process has ended by itself. */
  private Transition ended(Launching it, Trouble trouble, Instant now) {
    return moves.crashed(it.who(), it.trial(), trouble, it.restarts(), now);
  }

  /** A launching process is no good. */
  private Transition condemn(Launching it, Trouble trouble, Instant now) {
    return moves.giveUp(it.who(), it.trial(), trouble, it.restarts(), now);
  }

  private static Launching until(Launching it, Instant healthyBy) {
    return new Launching(
        it.who(),
        it.since(),
        healthyBy,
        it.gate(),
        it.trial(),
        it.ready(),
        it.passes(),
        it.passingSince(),
        it.failures(),
        it.restarts());
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
