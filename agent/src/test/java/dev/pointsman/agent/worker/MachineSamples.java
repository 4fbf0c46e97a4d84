package dev.pointsman.agent.worker;

import dev.pointsman.agent.process.ExitStatus;
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
import dev.pointsman.protocol.api.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** States and events of a worker, every variant of each, for tests of the machine. */
final class MachineSamples {
  static final Instant T0 = Instant.parse("2026-01-01T00:00:00Z");
  static final Incarnation WHO = new Incarnation(3, 7, 2);
  static final Trouble TROUBLE = new Trouble(Reason.WORKER_CRASHED, "it fell.", null);
  static final Gate GATE = new Gate(3, Duration.ofSeconds(10));
  static final WorkerPolicy POLICY =
      new WorkerPolicy(
          Duration.ofSeconds(60),
          Duration.ofSeconds(10),
          Duration.ofSeconds(30),
          Duration.ofSeconds(20),
          3,
          4,
          Duration.ofSeconds(60),
          Duration.ofMillis(100),
          Duration.ofSeconds(15),
          Duration.ofSeconds(30),
          Optional.of(100L << 20),
          Optional.of(Duration.ofHours(10)));

  private MachineSamples() {}

  /** Each state that {@code who} can be in, with every kind of content that matters. */
  static List<WorkerState> states(Incarnation who) {
    Restarts some = new Restarts(5, List.of(T0.minusSeconds(30), T0.minusSeconds(1)), false);
    List<WorkerState> all = new ArrayList<>();
    for (boolean trial : new boolean[] {true, false}) {
      for (boolean ready : new boolean[] {true, false}) {
        all.add(launching(who, trial, ready, 0, 0));
      }
      all.add(launching(who, trial, true, 2, 0));
      all.add(launching(who, trial, true, 0, 2));
      for (boolean adopted : new boolean[] {true, false}) {
        all.add(new Standby(who, T0, T0, T0.plusSeconds(10), trial, adopted, some));
      }
    }
    all.add(new Online(who, T0, T0, Condition.WELL, some));
    all.add(new Online(who, T0, T0, new Condition(9, "503", null, 200L << 20, 9), Restarts.NONE));
    all.add(new Online(who, T0, T0, Condition.WELL.hung("no sign of life"), some.rested()));
    for (boolean hung : new boolean[] {true, false}) {
      all.add(new Draining(who, T0, T0.plusSeconds(35), hung, ExitCause.DEPLOYED));
    }
    for (boolean killed : new boolean[] {true, false}) {
      all.add(stopping(who, killed, new Ending.Gone()));
      all.add(stopping(who, killed, new Ending.Condemned(TROUBLE)));
      all.add(stopping(who, killed, new Ending.Again(TROUBLE, some)));
    }
    all.add(new Stopped(who, T0, null));
    all.add(new Stopped(who, T0, TROUBLE));
    all.add(new BackingOff(who, T0, T0.plusSeconds(1), TROUBLE, some));
    all.add(new Errored(who, T0, T0.plusSeconds(30), TROUBLE, some));
    all.add(new Errored(who, T0, T0.plusSeconds(30), TROUBLE, some.rested()));
    return List.copyOf(all);
  }

  static Launching launching(
      Incarnation who, boolean trial, boolean ready, int passes, int failures) {
    return new Launching(
        who,
        T0,
        T0.plusSeconds(60),
        GATE,
        trial,
        ready,
        passes,
        passes > 0 ? T0 : null,
        failures,
        Restarts.NONE);
  }

  static Stopping stopping(Incarnation who, boolean killed, Ending then) {
    return new Stopping(who, T0, T0.plusSeconds(20), killed, false, ExitCause.FAILED_START, then);
  }

  /** Each event that comes from the process {@code who}. */
  static List<WorkerEvent> eventsOf(Incarnation who) {
    return List.of(
        new WorkerEvent.BecameReady(who),
        new WorkerEvent.ProbePassed(who),
        new WorkerEvent.ProbeFailed(who, "503 in 1 ms"),
        new WorkerEvent.Accepting(who),
        new WorkerEvent.Drained(who),
        new WorkerEvent.Exited(who, new ExitStatus.Exited(1)),
        new WorkerEvent.Vitals(who, 300L << 20, true),
        new WorkerEvent.Hung(who, "no sign of life"),
        new WorkerEvent.MoreTime(who, Duration.ofSeconds(7)),
        new WorkerEvent.Recovered(who),
        new WorkerEvent.SpawnFailed(who, Reason.SPAWN_FAILED, "no such program"));
  }

  /** Each event that comes from us. */
  static List<WorkerEvent> ours() {
    return List.of(
        new WorkerEvent.DrainRequested(ExitCause.DEPLOYED),
        new WorkerEvent.StopRequested(ExitCause.RETIRED),
        new WorkerEvent.TimerFired());
  }

  /** Whom {@code effect} is about. */
  static Incarnation target(Effect effect) {
    return switch (effect) {
      case Effect.Spawn(var who) -> who;
      case Effect.Accept(var who) -> who;
      case Effect.Drain(var who) -> who;
      case Effect.Terminate(var who) -> who;
      case Effect.Kill(var who) -> who;
    };
  }
}
