package dev.pointsman.agent.worker;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.Reason;
import java.time.Duration;

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

  /** It needs {@code more} from now on for what it is doing, its start or its end. */
  record MoreTime(Incarnation who, Duration more) implements WorkerEvent {}

  /**
   * What it uses now.
   *
   * @param rssBytes resident memory
   * @param tooMuch whether that is more than it may use by the configuration of the moment
   */
  record Vitals(Incarnation who, long rssBytes, boolean tooMuch) implements WorkerEvent {}

  /**
   * It shows no life: its watchdog message is missing, or its event loop stands still. {@code why}
   * is one sentence. Said once, until {@link Recovered}.
   */
  record Hung(Incarnation who, String why) implements WorkerEvent {}

  /** It shows life again after {@link Hung}. */
  record Recovered(Incarnation who) implements WorkerEvent {}

  /**
   * Its process ended.
   *
   * @param outOfMemory whether the kernel is known to have killed it for want of memory
   */
  record Exited(Incarnation who, ExitStatus status, boolean outOfMemory) implements WorkerEvent {
    /** Where nothing is known of memory. */
    Exited(Incarnation who, ExitStatus status) {
      this(who, status, false);
    }
  }

  /** Its process could not be started; {@code reason} says whether this host is to blame. */
  record SpawnFailed(Incarnation who, Reason reason, String why) implements WorkerEvent {}

  /** Somebody wants it to leave the pool in order. */
  record DrainRequested(ExitCause why) implements WorkerEvent {}

  /** Somebody wants it gone without waiting for its connections. */
  record StopRequested(ExitCause why) implements WorkerEvent {}

  /** Time has passed. */
  record TimerFired() implements WorkerEvent {}
}
