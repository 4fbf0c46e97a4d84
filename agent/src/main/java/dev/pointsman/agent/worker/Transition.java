package dev.pointsman.agent.worker;

import java.util.List;

/** What an event leads to: the next state, and what is to be done, in order. */
record Transition(WorkerState state, List<Effect> effects) {
  Transition {
    effects = List.copyOf(effects);
  }

  static Transition to(WorkerState state, Effect... effects) {
    return new Transition(state, List.of(effects));
  }
}
