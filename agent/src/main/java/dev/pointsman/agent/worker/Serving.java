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
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Ending;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.Reason;
import java.time.Duration;
import java.time.Instant;

/** {@link WorkerMachine}, from the moment that a worker serves until it has drained. Pure. */
final class Serving {
  private final WorkerPolicy policy;
  private final Moves moves;

  Serving(WorkerPolicy policy, Moves moves) {
    this.policy = policy;
    this.moves = moves;
  }

  /** How it is, is noted here; what is to be done about it is for the pool to say. */
  Transition whenOnline(Online it, WorkerEvent event, Instant now) {
    return switch (event) {
      case ProbePassed(var who) when who.equals(it.who()) ->
          Transition.to(it.with(it.condition().passed()));
      case ProbeFailed(var who, var answer) when who.equals(it.who()) ->
          Transition.to(it.with(it.condition().failed(answer)));
      case Vitals(var who, long bytes, boolean tooMuch) when who.equals(it.who()) ->
          Transition.to(it.with(it.condition().weighs(bytes, tooMuch)));
      case Hung(var who, var why) when who.equals(it.who()) ->
          Transition.to(it.with(it.condition().hung(why)));
      case Recovered(var who) when who.equals(it.who()) ->
          Transition.to(it.with(it.condition().hung(null)));
      case Accepting(var who) when who.equals(it.who()) ->
          Transition.to(it.with(it.condition().hung(null)));
      case Exited ended when ended.who().equals(it.who()) ->
          moves.again(
              it.who(),
              new Trouble(
                  Reason.WORKER_CRASHED,
                  "The worker ended by itself: " + WorkerExit.words(ended) + ".",
                  null),
              it.restarts(),
              Duration.between(it.since(), now),
              now);
      case DrainRequested(var why) ->
          it.condition().hung() == null
              ? moves.drain(it.who(), why, now)
              : moves.drainTheHung(it.who(), why, now);
      case StopRequested(var why) -> moves.stop(it.who(), why, new Ending.Gone(), now);
      case ProbePassed _,
          ProbeFailed _,
          Vitals _,
          Hung _,
          MoreTime _,
          Recovered _,
          Exited _,
          Accepting _,
          BecameReady _,
          Drained _,
          SpawnFailed _,
          TimerFired _ ->
          Transition.to(it);
    };
  }

  Transition whenDraining(Draining it, WorkerEvent event, Instant now) {
    return switch (event) {
      case Drained(var who) when who.equals(it.who()) ->
          moves.stop(who, it.why(), new Ending.Gone(), now);
      case Exited ended when ended.who().equals(it.who()) ->
          Transition.to(new Stopped(it.who(), now, null));
      case Hung(var who, _) when who.equals(it.who()) && !it.hung() ->
          Transition.to(
              new Draining(
                  who,
                  it.since(),
                  earlier(it.drainedBy(), now.plus(policy.killTimeout())),
                  true,
                  it.why()));
      case Recovered(var who) when who.equals(it.who()) && it.hung() ->
          Transition.to(
              new Draining(who, it.since(), now.plus(moves.drainTime()), false, it.why()));
      case TimerFired _ when !now.isBefore(it.drainedBy()) -> overtime(it, now);
      case StopRequested _ -> moves.stop(it.who(), it.why(), new Ending.Gone(), now);
      case Drained _,
          Exited _,
          Hung _,
          MoreTime _,
          Recovered _,
          TimerFired _,
          DrainRequested _,
          BecameReady _,
          ProbePassed _,
          ProbeFailed _,
          Accepting _,
          Vitals _,
          SpawnFailed _ ->
          Transition.to(it);
    };
  }

  /** One that shows no life would not hear the stop signal: it has had its time. */
  private Transition overtime(Draining it, Instant now) {
    Instant killAt = it.hung() ? now : now.plus(policy.killTimeout());
    return Transition.to(
        new Stopping(it.who(), now, killAt, it.hung(), true, it.why(), new Ending.Gone()),
        it.hung() ? new Effect.Kill(it.who()) : new Effect.Terminate(it.who()));
  }

  private static Instant earlier(Instant one, Instant other) {
    return one.isBefore(other) ? one : other;
  }
}
