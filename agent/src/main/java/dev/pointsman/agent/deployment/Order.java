package dev.pointsman.agent.deployment;

import org.jspecify.annotations.Nullable;

/** What a deployment was asked to do with the app's workers. */
public sealed interface Order {
  /** Move all of them to another generation, one at a time. */
  record Roll() implements Order {}

  /**
   * Start each anew, one at a time.
   *
   * @param slot only this one; null for all
   * @param since workers that were born later are new already
   */
  record Restart(@Nullable Integer slot, Born since) implements Order {}

  /**
   * Have more or fewer of them.
   *
   * @param before how many there were to be until now
   * @param instances what the app's file said then: the order holds until it says something else
   */
  record Scale(int before, int instances) implements Order {}

  /** Have none of them until a person wants them back. */
  record Stop() implements Order {}

  /** Have them back, all at once. */
  record Start() implements Order {}
}
