package dev.pointsman.agent.upkeep;

import java.time.Instant;

/** What is to be done about workers that are not as they should be. */
public sealed interface Decision {
  /** Nothing: all is well, or it is not the time. */
  record Nothing() implements Decision {}

  /** Replace this one now. */
  record Replace(Ailing worker) implements Decision {}

  /** This one is next, but replacing did not help lately: not before {@code until}. */
  record Wait(Ailing worker, Instant until) implements Decision {}
}
