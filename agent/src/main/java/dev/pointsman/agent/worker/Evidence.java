package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.worker.WorkerProcess.Counters;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Ending;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.api.WorkerStateName;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** What is shown of a worker, and what is kept of one that failed. */
final class Evidence {
  private Evidence() {}

  /**
   * Why {@code worker} does not serve as it should; null when all is well, or when it has only just
   * been started.
   */
  static @Nullable FailureResource trouble(WorkerSupervisor worker, AppConfig config) {
    WorkerSupervisor.View view = worker.view();
    Trouble trouble = trouble(view, config);
    return trouble == null ? null : failure(worker, view, trouble);
  }

  /** Whether {@code worker} ended by itself since it was first started. */
  static boolean hasFallen(WorkerSupervisor worker) {
    return restarts(worker.view().state()) > 0;
  }

  /** How {@code worker} ended by itself since it was first started; null if it never did. */
  static @Nullable FailureResource fall(WorkerSupervisor worker) {
    WorkerSupervisor.View view = worker.view();
    return !hasFallen(worker)
        ? null
        : failure(
            worker,
            view,
            new Trouble(
                Reason.WORKER_CRASHED,
                "The worker ended by itself after it was let in"
                    + (view.lastExit() == null ? "" : ": " + view.lastExit().words())
                    + "; it was started again.",
                null));
  }

  /** Whether there is such a reason. */
  static boolean isTroubled(WorkerSupervisor worker, AppConfig config) {
    return trouble(worker.view(), config) != null;
  }

  private static @Nullable Trouble trouble(WorkerSupervisor.View view, AppConfig config) {
    return switch (view.state()) {
      case Online(_, _, _, var condition, _) when condition.hung() != null ->
          new Trouble(Reason.WORKER_UNHEALTHY, condition.hung(), null);
      case Online(_, _, _, var condition, _)
          when condition.failures() >= config.health().failureThreshold() ->
          new Trouble(
              Reason.WORKER_UNHEALTHY,
              "The worker failed "
                  + condition.failures()
                  + " probes in a row; the last: "
                  + condition.answer()
                  + ".",
              "failure_threshold=" + config.health().failureThreshold());
      case BackingOff it -> it.trouble();
      case Errored it -> it.trouble();
      case Launching it when it.restarts().total() > 0 -> restarting(view);
      case Standby it when it.restarts().total() > 0 -> restarting(view);
      case Stopping(_, _, _, _, _, _, Ending.Again(var trouble, _)) -> trouble;
      case Stopping(_, _, _, _, _, _, Ending.Condemned(var trouble)) -> trouble;
      case Stopped it -> it.trouble();
      case Online _, Launching _, Standby _, Draining _, Stopping _ -> null;
    };
  }

  /** Why {@code worker}, which is no longer wanted, failed its trial. */
  static FailureResource failure(WorkerSupervisor worker, AppConfig config) {
    FailureResource trouble = trouble(worker, config);
    return trouble != null
        ? trouble
        : failure(
            worker,
            new Trouble(
                Reason.WORKER_CRASHED, "The worker was stopped before it was healthy.", null));
  }

  /** {@code trouble} with the evidence that there is of {@code worker}. */
  static FailureResource failure(WorkerSupervisor worker, Trouble trouble) {
    return failure(worker, worker.view(), trouble);
  }

  /** Why a worker, which is neither in nor out yet, is given up. */
  static FailureResource noProgress(WorkerSupervisor worker, AppConfig config) {
    return failure(
        worker,
        new Trouble(
            Reason.PROGRESS_DEADLINE_EXCEEDED,
            "The worker was neither let in nor gone within progress_deadline; it is "
                + name(worker.view().state()).name().toLowerCase(Locale.ROOT)
                + ".",
            progressDeadline(config)));
  }

  /** Why no worker was started: those that have to leave first do not. */
  static FailureResource noRoom(int slot, int draining, AppConfig config) {
    return new FailureResource(
        Reason.PROGRESS_DEADLINE_EXCEEDED.wire(),
        "Slot " + slot + ": " + draining + " earlier workers still drain or cannot be ended.",
        slot,
        null,
        progressDeadline(config),
        List.of(),
        List.of(),
        Reason.PROGRESS_DEADLINE_EXCEEDED.remedy());
  }

  /**
   * Why the start of a slot is no success although nothing is known to be wrong with its worker.
   */
  static FailureResource notUp(int slot, boolean inTime, AppConfig config) {
    Reason why = inTime ? Reason.HEALTH_DEADLINE_EXCEEDED : Reason.PROGRESS_DEADLINE_EXCEEDED;
    return new FailureResource(
        why.wire(),
        "Slot " + slot + ": its worker does not serve yet; it goes on trying.",
        slot,
        null,
        inTime ? null : progressDeadline(config),
        List.of(),
        List.of(),
        why.remedy());
  }

  /** Says of {@code failure} that nobody but the agent could notice it. */
  static FailureResource inTrial(FailureResource failure) {
    return new FailureResource(
        failure.reason(),
        failure.detail() + " That was in its private trial: no user was sent to it.",
        failure.slot(),
        failure.exit(),
        failure.setting(),
        failure.probes(),
        failure.log(),
        failure.remedy());
  }

  private static String progressDeadline(AppConfig config) {
    return "progress_deadline=" + Durations.words(config.roll().progressDeadline());
  }

  private static Trouble restarting(WorkerSupervisor.View view) {
    return new Trouble(
        Reason.WORKER_CRASHED,
        view.lastExit() == null
            ? "The worker could not be started before, and is being started again."
            : "The worker ended by itself and is being started again: "
                + view.lastExit().words()
                + ".",
        null);
  }

  private static FailureResource failure(
      WorkerSupervisor worker, WorkerSupervisor.View view, Trouble trouble) {
    WorkerProcess process = view.process();
    return new FailureResource(
        trouble.reason().wire(),
        "Slot "
            + worker.slot()
            + ", release "
            + worker.generation().release()
            + ": "
            + trouble.detail(),
        worker.slot(),
        view.lastExit() == null ? null : view.lastExit().words(),
        trouble.setting(),
        process == null ? List.of() : process.probes(),
        lastLines(view),
        trouble.reason().remedy());
  }

  /**
   * Those of the process that ended, where one did: the present one has written to the same file
   * since, and has nothing to do with it.
   */
  private static List<String> lastLines(WorkerSupervisor.View view) {
    if (view.lastExit() != null && !(view.state() instanceof Online)) {
      return view.lastExit().lastLines();
    }
    return view.process() == null ? List.of() : view.process().lastLines();
  }

  /**
   * {@code worker} as it is shown; {@code before}: the end of the one before it in the slot that
   * was replaced because of its state.
   */
  static WorkerResource resource(WorkerSupervisor worker, @Nullable WorkerExit before) {
    WorkerSupervisor.View view = worker.view();
    WorkerExit exit = view.lastExit() == null ? before : view.lastExit();
    WorkerState state = view.state();
    WorkerProcess process = view.present();
    Counters counters = process == null ? Counters.NONE : process.counters();
    return new WorkerResource(
        worker.slot(),
        incarnation(state).toString(),
        name(state),
        process == null ? null : process.pid(),
        worker.generation().release().value(),
        worker.generation().shortDigest(),
        state.since(),
        restarts(state),
        exit == null ? null : exit.words(),
        exit == null ? null : exit.resource(),
        counters.requests(),
        counters.inflight(),
        counters.connections(),
        counters.rssBytes(),
        process == null ? null : process.said());
  }

  static Incarnation incarnation(WorkerState state) {
    return switch (state) {
      case Alive alive -> alive.who();
      case Stopped stopped -> stopped.last();
      case BackingOff off -> off.last();
      case Errored errored -> errored.last();
    };
  }

  private static int restarts(WorkerState state) {
    return switch (state) {
      case Launching it -> it.restarts().total();
      case Standby it -> it.restarts().total();
      case Online it -> it.restarts().total();
      case BackingOff it -> it.restarts().total();
      case Errored it -> it.restarts().total();
      case Draining _, Stopping _, Stopped _ -> 0;
    };
  }

  private static WorkerStateName name(WorkerState state) {
    return switch (state) {
      case Launching _ -> WorkerStateName.LAUNCHING;
      case Standby _ -> WorkerStateName.STANDBY;
      case Online _ -> WorkerStateName.ONLINE;
      case Draining _ -> WorkerStateName.DRAINING;
      case Stopping _ -> WorkerStateName.STOPPING;
      case Stopped _ -> WorkerStateName.STOPPED;
      case BackingOff _ -> WorkerStateName.BACKING_OFF;
      case Errored _ -> WorkerStateName.ERRORED;
    };
  }
}
