package dev.pointsman.agent.worker;

import dev.pointsman.protocol.api.Reason;

/**
 * What happens to a worker. Everything that comes from a process names its incarnation: from
 * another than the present one it changes nothing.
 */
sealed interface WorkerEvent {
  /** It listens, or said that it is ready. */
  record BecameReady(Incarnation who) implements WorkerEvent {}

  /** It answered a probe well. */
  record ProbePassed(Incarnation who) implements WorkerEvent {}

  /** It did not. */
  record ProbeFailed(Incarnation who, String answer) implements WorkerEvent {}

  /** It accepts public connections. */
  record Accepting(Incarnation who) implements WorkerEvent {}

  /** It has answered everything it had begun, and has no connection left. */
  record Drained(Incarnation who) implements WorkerEvent {}

  /** Its process ended; {@code how} in words. */
  record Exited(Incarnation who, String how) implements WorkerEvent {}

  /** Its process could not be started; {@code reason} says whether this host is to blame. */
  record SpawnFailed(Incarnation who, Reason reason, String why) implements WorkerEvent {}

  /** Somebody wants it to leave the pool in order. */
  record DrainRequested() implements WorkerEvent {}

  /** Somebody wants it gone without waiting for its connections. */
  record StopRequested() implements WorkerEvent {}

  /** Time has passed. */
  record TimerFired() implements WorkerEvent {}
}
