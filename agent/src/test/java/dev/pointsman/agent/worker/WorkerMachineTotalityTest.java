package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.POLICY;
import static dev.pointsman.agent.worker.MachineSamples.T0;
import static dev.pointsman.agent.worker.MachineSamples.WHO;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.protocol.api.ExitCause;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What holds for every state and every event. */
final class WorkerMachineTotalityTest {
  private static final List<Instant> TIMES =
      List.of(
          T0.minusSeconds(3600), T0, T0.plusSeconds(1), T0.plusSeconds(25), T0.plusSeconds(9999));
  private final WorkerMachine machine = new WorkerMachine(POLICY);

  static Stream<WorkerState> states() {
    return MachineSamples.states(WHO).stream();
  }

  @Test
  void theSamplesHaveEveryStateAndEveryEvent() {
    assertThat(states().<Class<?>>map(Object::getClass).distinct())
        .hasSize(WorkerState.class.getPermittedSubclasses().length - 1 + alive());
    List<WorkerEvent> events = new ArrayList<>(MachineSamples.eventsOf(WHO));
    events.addAll(MachineSamples.ours());
    assertThat(events.stream().<Class<?>>map(Object::getClass).distinct())
        .hasSize(WorkerEvent.class.getPermittedSubclasses().length);
  }

  private static int alive() {
    return Alive.class.getPermittedSubclasses().length;
  }

  @ParameterizedTest
  @MethodSource("states")
  void answersEveryEventAtAnyTime(WorkerState state) {
    for (WorkerEvent event : allEvents()) {
      for (Instant now : TIMES) {
        Transition next = machine.step(state, event, now);
        assertThat(next.state()).as("%s at %s", event, now).isNotNull();
        assertThat(WorkerMachine.wakeAt(next.state())).isNotNull();
      }
    }
  }

  @ParameterizedTest
  @MethodSource("states")
  void eventsOfAnotherIncarnationChangeNothing(WorkerState state) {
    List<Incarnation> others =
        List.of(new Incarnation(3, 7, 1), WHO.next(), new Incarnation(2, 7, 2));
    for (Incarnation other : others) {
      for (WorkerEvent event : MachineSamples.eventsOf(other)) {
        for (Instant now : TIMES) {
          assertThat(machine.step(state, event, now))
              .as("%s at %s", event, now)
              .isEqualTo(Transition.to(state));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("states")
  void aTimerThatIsNotDueChangesNothing(WorkerState state) {
    Instant due = WorkerMachine.wakeAt(state).orElse(Instant.MAX);
    for (Instant now : TIMES) {
      if (now.isBefore(due)) {
        assertThat(machine.step(state, new WorkerEvent.TimerFired(), now))
            .isEqualTo(Transition.to(state));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("states")
  void aTimerThatIsDueIsAnsweredSoThatItIsNotDueAgainAtOnce(WorkerState state) {
    WorkerMachine.wakeAt(state)
        .ifPresent(due -> {
          WorkerState next = machine.step(state, new WorkerEvent.TimerFired(), due).state();
          assertThat(WorkerMachine.wakeAt(next).orElse(Instant.MAX)).isAfter(due);
        });
  }

  @ParameterizedTest
  @MethodSource("states")
  void aStateWithoutAProcessOrdersNothingOfAProcess(WorkerState state) {
    if (state instanceof Alive) {
      return;
    }
    for (WorkerEvent event : allEvents()) {
      for (Instant now : TIMES) {
        assertThat(machine.step(state, event, now).effects())
            .as("%s at %s", event, now)
            .allMatch(Effect.Spawn.class::isInstance);
      }
    }
  }

  @ParameterizedTest
  @MethodSource("states")
  void effectsAreForTheProcessOfTheState(WorkerState state) {
    for (WorkerEvent event : allEvents()) {
      for (Instant now : TIMES) {
        Transition next = machine.step(state, event, now);
        for (Effect effect : next.effects()) {
          assertThat(next.state()).isInstanceOf(Alive.class);
          assertThat(((Alive) next.state()).who()).isEqualTo(MachineSamples.target(effect));
          boolean fresh = !MachineSamples.target(effect).equals(WHO);
          assertThat(effect instanceof Effect.Spawn).as("%s at %s", event, now).isEqualTo(fresh);
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("states")
  void onlyAWorkerThatPassesItsGateIsToldToAccept(WorkerState state) {
    for (WorkerEvent event : allEvents()) {
      for (Instant now : TIMES) {
        Transition next = machine.step(state, event, now);
        if (next.effects().stream().anyMatch(Effect.Accept.class::isInstance)) {
          assertThat(event).isEqualTo(new WorkerEvent.ProbePassed(WHO));
          Launching was = (Launching) state;
          assertThat(was.passes() + 1).isGreaterThanOrEqualTo(was.gate().passes());
          assertThat(was.passingSince()).isNotNull();
          assertThat(now)
              .isAfterOrEqualTo(
                  java.util.Objects.requireNonNull(was.passingSince())
                      .plus(was.gate().minHealthyTime()));
        }
      }
    }
  }

  @ParameterizedTest
  @MethodSource("states")
  void stoppedIsFinal(WorkerState state) {
    if (state instanceof Stopped) {
      for (WorkerEvent event : allEvents()) {
        assertThat(machine.step(state, event, T0.plusSeconds(9999)))
            .isEqualTo(Transition.to(state));
      }
    }
  }

  @ParameterizedTest
  @MethodSource("states")
  void whoeverIsAskedToGoIsNeverStartedAgain(WorkerState state) {
    for (WorkerEvent request :
        List.of(
            new WorkerEvent.DrainRequested(ExitCause.DEPLOYED),
            new WorkerEvent.StopRequested(ExitCause.DEPLOYED))) {
      WorkerState leaving = machine.step(state, request, T0).state();
      WorkerState later = leaving;
      for (int i = 0; i < 10 && !(later instanceof Stopped); i++) {
        Transition next = machine.step(later, new WorkerEvent.TimerFired(), T0.plusSeconds(9999));
        assertThat(next.effects()).noneMatch(Effect.Spawn.class::isInstance);
        later = next.state();
      }
      if (later instanceof Alive) {
        later =
            machine
                .step(
                    later,
                    new WorkerEvent.Exited(WHO, new ExitStatus.Exited(0)),
                    T0.plusSeconds(9999))
                .state();
      }
      assertThat(later).as("after %s", request).isInstanceOf(Stopped.class);
    }
  }

  private static List<WorkerEvent> allEvents() {
    List<WorkerEvent> all = new ArrayList<>(MachineSamples.eventsOf(WHO));
    all.addAll(MachineSamples.ours());
    all.addAll(MachineSamples.eventsOf(WHO.next()));
    return all;
  }
}
