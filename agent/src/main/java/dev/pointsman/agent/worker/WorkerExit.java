package dev.pointsman.agent.worker;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.ExitResource;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * How a process of a worker ended, and through whom.
 *
 * @param killed whether the agent sent SIGKILL, because it did not end in time
 * @param overtime whether it had not drained in time
 * @param lastLines what it wrote last, oldest first: kept here, for its successor writes to the
 *     same file
 */
record WorkerExit(
    Incarnation who,
    @Nullable Integer pid,
    ExitStatus status,
    ExitCause cause,
    boolean killed,
    boolean overtime,
    Instant at,
    List<String> lastLines) {
  /** Signals that a process brings upon itself. */
  private static final Set<Signal> OWN_FAULT =
      Set.of(
          Signal.SIGSEGV,
          Signal.SIGABRT,
          Signal.SIGBUS,
          Signal.SIGILL,
          Signal.SIGFPE,
          Signal.SIGTRAP,
          Signal.SIGSYS);

  WorkerExit {
    lastLines = List.copyOf(lastLines);
  }

  /** What {@code event} says of a process that was in state {@code was}. */
  static WorkerExit of(
      Alive was,
      WorkerEvent.Exited event,
      @Nullable Integer pid,
      Instant at,
      List<String> lastLines) {
    boolean killed = was instanceof Stopping it && it.killed();
    boolean overtime = was instanceof Stopping it && it.overtime();
    return new WorkerExit(
        event.who(), pid, event.status(), cause(was, event), killed, overtime, at, lastLines);
  }

  private static ExitCause cause(Alive was, WorkerEvent.Exited event) {
    return switch (was) {
      case Stopping it when it.killed() || !isSignal(event.status(), Signal.SIGKILL) -> it.why();
      case Stopping _, Launching _, Standby _, Online _, Draining _ -> cause(event);
    };
  }

  private static ExitCause cause(WorkerEvent.Exited event) {
    if (event.outOfMemory()) {
      return ExitCause.OUT_OF_MEMORY;
    }
    return event.status() instanceof ExitStatus.Signaled(int number, _)
            && Signal.of(number).map(signal -> !OWN_FAULT.contains(signal)).orElse(true)
        ? ExitCause.OUTSIDE
        : ExitCause.ITSELF;
  }

  /** How a process ended that the agent had not told to. */
  static String words(WorkerEvent.Exited event) {
    String status = event.status().toString();
    return switch (cause(event)) {
      case OUT_OF_MEMORY -> status + " by the kernel, because memory ran out";
      case OUTSIDE ->
          isSignal(event.status(), Signal.SIGKILL)
              ? status + " from outside, possibly the kernel's OOM killer"
              : status + " from outside";
      case ITSELF, FAILED_START, DEPLOYED, RETIRED, UNHEALTHY, HUNG, MEMORY, LIFETIME -> status;
    };
  }

  /** How it ended, for people. */
  String words() {
    if (!cause.isTheAgent()) {
      return words(new WorkerEvent.Exited(who, status, cause == ExitCause.OUT_OF_MEMORY));
    }
    return status
        + " by order of the agent: "
        + cause.words()
        + (overtime ? "; it had not drained in time" : "")
        + (killed ? "; it did not end by itself and was killed" : "");
  }

  ExitResource resource() {
    return new ExitResource(
        cause,
        status instanceof ExitStatus.Exited(int code) ? code : null,
        status instanceof ExitStatus.Signaled(int signal, _)
            ? Signal.of(signal).map(Signal::name).orElse("signal " + signal)
            : null,
        killed,
        words(),
        who.toString(),
        pid,
        at,
        lastLines);
  }

  private static boolean isSignal(ExitStatus status, Signal signal) {
    return status instanceof ExitStatus.Signaled(int number, _)
        && Signal.of(number).equals(java.util.Optional.of(signal));
  }
}
