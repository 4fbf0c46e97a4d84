package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.worker.WorkerProcess.Counters;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
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
import org.jspecify.annotations.Nullable;

/** What is shown of a worker, and what is kept of one that failed. */
final class Evidence {
  private Evidence() {}

  /**
   * Why {@code worker} does not serve as it should; null when all is well, or when it has only just
   * been started.
   */
  static @Nullable FailureResource trouble(WorkerSupervisor worker, AppConfig config) {
    Trouble trouble =
        switch (worker.view().state()) {
          case Online(_, _, int failures, _) when failures >= config.health().failureThreshold() ->
              new Trouble(
                  Reason.WORKER_UNHEALTHY,
                  "The worker failed " + failures + " probes in a row.",
                  "failure_threshold=" + config.health().failureThreshold());
          case BackingOff it -> it.trouble();
          case Errored it -> it.trouble();
          case Launching it when it.restarts().total() > 0 -> restarting(worker);
          case Standby it when it.restarts().total() > 0 -> restarting(worker);
          case Stopped it -> it.trouble();
          case Online _, Launching _, Standby _, Draining _, Stopping _ -> null;
        };
    return trouble == null ? null : failure(worker, trouble);
  }

  /** Why {@code worker}, which has stopped, failed its trial. */
  static FailureResource failure(WorkerSupervisor worker, AppConfig config) {
    FailureResource trouble = trouble(worker, config);
    return trouble != null
        ? trouble
        : failure(
            worker,
            new Trouble(
                Reason.WORKER_CRASHED, "The worker was stopped before it was healthy.", null));
  }

  private static Trouble restarting(WorkerSupervisor worker) {
    return new Trouble(
        Reason.WORKER_CRASHED,
        "The worker ended by itself and is being started again: " + worker.view().lastExit() + ".",
        null);
  }

  private static FailureResource failure(WorkerSupervisor worker, Trouble trouble) {
    WorkerProcess process = worker.view().process();
    return new FailureResource(
        trouble.reason().wire(),
        "Slot "
            + worker.slot()
            + ", release "
            + worker.generation().release()
            + ": "
            + trouble.detail(),
        worker.slot(),
        worker.view().lastExit(),
        trouble.setting(),
        process == null ? List.of() : process.probes(),
        process == null ? List.of() : process.lastLines(),
        trouble.reason().remedy());
  }

  /** {@code worker} as it is shown. */
  static WorkerResource resource(WorkerSupervisor worker) {
    WorkerSupervisor.View view = worker.view();
    WorkerState state = view.state();
    boolean alive = state instanceof Alive;
    Counters counters =
        view.process() == null || !alive ? Counters.NONE : view.process().counters();
    return new WorkerResource(
        worker.slot(),
        incarnation(state).toString(),
        name(state),
        alive && view.process() != null ? view.process().pid() : null,
        worker.generation().release().value(),
        worker.generation().shortDigest(),
        state.since(),
        restarts(state),
        view.lastExit(),
        counters.requests(),
        counters.inflight(),
        counters.connections(),
        counters.rssBytes());
  }

  private static Incarnation incarnation(WorkerState state) {
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
