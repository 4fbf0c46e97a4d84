package dev.pointsman.agent.worker;

/** What the machine wants done. */
sealed interface Effect {
  /** Start the process {@code who}. */
  record Spawn(Incarnation who) implements Effect {}

  /** Order it to accept public connections. */
  record Accept(Incarnation who) implements Effect {}

  /** Order it to drain. */
  record Drain(Incarnation who) implements Effect {}

  /** Send it the stop signal. */
  record Terminate(Incarnation who) implements Effect {}

  /** SIGKILL to it and to everything it started. */
  record Kill(Incarnation who) implements Effect {}
}
