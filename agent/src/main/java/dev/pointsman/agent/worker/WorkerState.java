package dev.pointsman.agent.worker;

import dev.pointsman.protocol.api.ExitCause;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/** What a worker is doing; each variant holds what is true only then. */
sealed interface WorkerState {
  /** Since when. */
  Instant since();

  /** The variants in which a process exists. */
  sealed interface Alive extends WorkerState {
    /** The process. */
    Incarnation who();
  }

  /**
   * Started, in private, not healthy yet.
   *
   * @param trial whether failing is final: a new worker of a deployment is not tried twice
   * @param ready whether it listens (or said that it is ready)
   * @param passes probes passed in a row
   * @param passingSince when the row began
   * @param failures probes failed in a row since it had passed once
   */
  record Launching(
      Incarnation who,
      Instant since,
      Instant healthyBy,
      Gate gate,
      boolean trial,
      boolean ready,
      int passes,
      @Nullable Instant passingSince,
      int failures,
      Restarts restarts)
      implements Alive {}

  /**
   * Healthy and told to accept, not yet confirmed.
   *
   * @param started when its process was
   * @param adopted whether an earlier run of the agent had let it in, so that it may well serve
   */
  record Standby(
      Incarnation who,
      Instant since,
      Instant started,
      Instant acceptBy,
      boolean trial,
      boolean adopted,
      Restarts restarts)
      implements Alive {}

  /**
   * Accepting.
   *
   * @param started when its process was
   */
  record Online(
      Incarnation who, Instant since, Instant started, Condition condition, Restarts restarts)
      implements Alive {
    Online with(Condition now) {
      return new Online(who, since, started, now, restarts);
    }
  }

  /**
   * No longer accepting; answers what it has begun, until {@code drainedBy} at the latest.
   *
   * @param hung whether it is dead to the world: it cannot drain, and is killed at {@code
   *     drainedBy}
   */
  record Draining(Incarnation who, Instant since, Instant drainedBy, boolean hung, ExitCause why)
      implements Alive {}

  /**
   * Told to end; killed at {@code killAt}.
   *
   * @param overtime whether it had not drained in time
   * @param why whom its end is to be put down to
   * @param then what its end leads to
   */
  record Stopping(
      Incarnation who,
      Instant since,
      Instant killAt,
      boolean killed,
      boolean overtime,
      ExitCause why,
      Ending then)
      implements Alive {}

  /** Ended for good. {@code trouble}: why, where it was not asked to. */
  record Stopped(Incarnation last, Instant since, @Nullable Trouble trouble)
      implements WorkerState {}

  /** Ended by itself; started again at {@code until}. */
  record BackingOff(
      Incarnation last, Instant since, Instant until, Trouble trouble, Restarts restarts)
      implements WorkerState {}

  /** Ended too often; started again at {@code until}. */
  record Errored(Incarnation last, Instant since, Instant until, Trouble trouble, Restarts restarts)
      implements WorkerState {}

  /** What the end of a process that is being stopped leads to. */
  sealed interface Ending {
    /** It was asked to go. */
    record Gone() implements Ending {}

    /** It failed its trial. */
    record Condemned(Trouble trouble) implements Ending {}

    /** It is no good, but the worker is still wanted. */
    record Again(Trouble trouble, Restarts restarts) implements Ending {}
  }
}
