package dev.pointsman.planted.agent.worker;

import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** Lawful: what a machine looks like. */
final class PureMachine {
  sealed interface State {}

  record Running(Instant since) implements State {}

  record Stopped() implements State {}

  State step(State state, Instant now, List<String> events) {
    return switch (state) {
      case Running(Instant since) when Duration.between(since, now).toSeconds() > 60 ->
          new Stopped();
      case Running running -> events.isEmpty() ? running : new Stopped();
      case Stopped stopped -> Optional.<State>of(stopped).orElseThrow();
    };
  }
}
