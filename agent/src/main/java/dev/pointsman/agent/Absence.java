package dev.pointsman.agent;

import dev.pointsman.agent.deployment.Standing;
import org.jspecify.annotations.Nullable;

/**
 * Why no worker of an app accepts.
 *
 * @param trouble whether workers are to be there, so that something is wrong
 * @param what the case, without a full stop
 * @param next what to do
 */
record Absence(boolean trouble, String what, String next) {
  /** Of {@code app}, whose journal says that it is {@code stopped}, or was never deployed. */
  static Absence of(String app, Standing.@Nullable Halted stopped, boolean deployed) {
    if (!deployed) {
      return new Absence(
          false, "Nothing is deployed yet", "Deploy a release: pointsman push --deploy DIR.");
    }
    return stopped == null
        ? new Absence(
            true,
            "No worker accepts",
            "Look at the workers' last exits and logs; deploy or roll back to a release that works.")
        : new Absence(
            false,
            "The app was stopped by " + stopped.by() + " at " + stopped.at(),
            "To have it serve again: pointsman start " + app + ".");
  }
}
