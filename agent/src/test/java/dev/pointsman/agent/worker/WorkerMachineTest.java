package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.GATE;
import static dev.pointsman.agent.worker.MachineSamples.POLICY;
import static dev.pointsman.agent.worker.MachineSamples.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

/** A worker's life, told event by event. */
final class WorkerMachineTest {
  private static final Incarnation FIRST = new Incarnation(1, 1, 1);
  private final WorkerMachine machine = new WorkerMachine(POLICY);
  private Instant now = T0;
  private Transition last = Transition.to(new Stopped(FIRST, T0, null));

  private void launch(boolean trial) {
    last = machine.launch(FIRST, trial ? GATE : Gate.KNOWN_GOOD, trial, now);
    assertThat(last.effects()).containsExactly(new Effect.Spawn(FIRST));
  }

  private Transition when(WorkerEvent event) {
    last = machine.step(last.state(), event, now);
    return last;
  }

  private Transition after(Duration pause, WorkerEvent event) {
    now = now.plus(pause);
    return when(event);
  }

  private Transition afterSeconds(long seconds, WorkerEvent event) {
    return after(Duration.ofSeconds(seconds), event);
  }

  private <T extends WorkerState> T state(Class<T> type) {
    assertThat(last.state()).isInstanceOf(type);
    return type.cast(last.state());
  }

  private Trouble trouble() {
    Trouble trouble = state(Stopped.class).trouble();
    assertThat(trouble).isNotNull();
    return java.util.Objects.requireNonNull(trouble);
  }

  private static WorkerEvent passed() {
    return new WorkerEvent.ProbePassed(FIRST);
  }

  private static WorkerEvent failed() {
    return new WorkerEvent.ProbeFailed(FIRST, "503 in 1 ms");
  }

  private static WorkerEvent exited(Incarnation who) {
    return new WorkerEvent.Exited(who, "exit code 1");
  }

  private static WorkerEvent timer() {
    return new WorkerEvent.TimerFired();
  }

  @Nested
  final class OnTrial {
    @Test
    void isLetInAfterItsPassesAndItsHealthyTime() {
      launch(true);
      when(new WorkerEvent.BecameReady(FIRST));
      assertThat(when(passed()).effects()).isEmpty();
      assertThat(when(passed()).effects()).isEmpty();
      assertThat(when(passed()).effects()).as("three passes, but no time").isEmpty();
      assertThat(after(Duration.ofMillis(9_999), passed()).effects()).isEmpty();
      assertThat(after(Duration.ofMillis(1), passed()).effects())
          .containsExactly(new Effect.Accept(FIRST));
      assertThat(state(Standby.class).trial()).isTrue();
      when(new WorkerEvent.Accepting(FIRST));
      assertThat(state(Online.class).failures()).isZero();
    }

    @Test
    void isNotLetInByTimeAlone() {
      launch(true);
      when(passed());
      assertThat(afterSeconds(30, passed()).effects()).as("two passes").isEmpty();
      assertThat(when(passed()).effects()).containsExactly(new Effect.Accept(FIRST));
    }

    @Test
    void aFailedProbeBeginsItsHealthyTimeAnew() {
      launch(true);
      when(passed());
      afterSeconds(9, passed());
      when(failed());
      when(passed());
      when(passed());
      assertThat(afterSeconds(9, passed()).effects()).isEmpty();
      assertThat(afterSeconds(1, passed()).effects()).containsExactly(new Effect.Accept(FIRST));
    }

    @Test
    void failuresBeforeItsFirstPassAreWarmingUp() {
      launch(true);
      for (int i = 0; i < 20; i++) {
        assertThat(afterSeconds(1, failed()).effects()).isEmpty();
      }
      state(Launching.class);
    }

    @Test
    void isGivenUpWhenItTurnsBadAfterItWasWell() {
      launch(true);
      when(passed());
      when(failed());
      when(failed());
      assertThat(when(failed()).effects()).containsExactly(new Effect.Terminate(FIRST));
      when(exited(FIRST));
      assertThat(trouble().reason()).isEqualTo(Reason.WORKER_UNHEALTHY);
      assertThat(trouble().detail()).contains("3 probes", "503 in 1 ms");
      assertThat(trouble().setting()).isEqualTo("failure_threshold=3");
    }

    @Test
    void isNotTriedTwiceWhenItCrashes() {
      launch(true);
      when(exited(FIRST));
      assertThat(trouble().reason()).isEqualTo(Reason.WORKER_CRASHED);
      assertThat(trouble().detail()).contains("exit code 1");
    }

    @Test
    void isNotTriedTwiceWhenItCannotBeStarted() {
      launch(true);
      when(new WorkerEvent.SpawnFailed(FIRST, Reason.SPAWN_FAILED, "no such program"));
      assertThat(trouble()).isEqualTo(new Trouble(Reason.SPAWN_FAILED, "no such program", null));
    }

    @Test
    void theHostIsToBlameWhereItCouldNotStartIt() {
      launch(true);
      when(new WorkerEvent.SpawnFailed(FIRST, Reason.HOST_FAULT, "No space left on device"));
      assertThat(trouble().reason()).isEqualTo(Reason.HOST_FAULT);
    }

    @Test
    void isStoppedWhenItDoesNotListenInTime() {
      launch(true);
      assertThat(after(Duration.ofMillis(59_999), timer()).effects()).isEmpty();
      assertThat(after(Duration.ofMillis(1), timer()).effects())
          .containsExactly(new Effect.Terminate(FIRST));
      when(exited(FIRST));
      assertThat(trouble().reason()).isEqualTo(Reason.NEVER_LISTENED);
      assertThat(trouble().setting()).isEqualTo("healthy_deadline=1m");
    }

    @Test
    void isStoppedWhenItListensButIsNotHealthyInTime() {
      launch(true);
      when(new WorkerEvent.BecameReady(FIRST));
      afterSeconds(60, timer());
      when(exited(FIRST));
      assertThat(trouble().reason()).isEqualTo(Reason.HEALTH_DEADLINE_EXCEEDED);
    }

    @Test
    void isStoppedWhenItDoesNotConfirmThatItAccepts() {
      letIn();
      assertThat(afterSeconds(10, timer()).effects()).containsExactly(new Effect.Terminate(FIRST));
      when(exited(FIRST));
      assertThat(trouble().reason()).isEqualTo(Reason.ACCEPT_FAILED);
    }

    @Test
    void isNotTriedTwiceWhenItCrashesWhileItIsLetIn() {
      letIn();
      when(exited(FIRST));
      assertThat(trouble().reason()).isEqualTo(Reason.WORKER_CRASHED);
    }

    @Test
    void isWantedLikeAnyOtherOnceItIsOnline() {
      letIn();
      when(new WorkerEvent.Accepting(FIRST));
      when(exited(FIRST));
      state(BackingOff.class);
    }

    private void letIn() {
      launch(true);
      when(passed());
      when(passed());
      afterSeconds(10, passed());
      state(Standby.class);
    }
  }

  @Nested
  final class EndingByItself {
    @Test
    void isStartedAgainAtOnceTheFirstTimeAndUnderANewNumber() {
      online();
      when(exited(FIRST));
      assertThat(state(BackingOff.class).until()).isEqualTo(now);
      assertThat(when(timer()).effects()).containsExactly(new Effect.Spawn(FIRST.next()));
      assertThat(state(Launching.class).trial()).isFalse();
      assertThat(state(Launching.class).gate()).isEqualTo(Gate.KNOWN_GOOD);
    }

    @Test
    void waitsLongerEachTimeThenRestsAndIsTriedAfresh() {
      online();
      Incarnation who = FIRST;
      Duration before = Duration.ofMillis(-1);
      for (int i = 0; i < POLICY.maxRestarts(); i++) {
        when(exited(who));
        Duration pause = Duration.between(now, state(BackingOff.class).until());
        assertThat(pause).isGreaterThan(before);
        before = pause;
        after(pause, timer());
        who = who.next();
      }
      when(exited(who));
      assertThat(state(Errored.class).until()).isEqualTo(now.plus(POLICY.cooldown()));
      assertThat(afterSeconds(29, timer()).effects()).isEmpty();
      assertThat(afterSeconds(1, timer()).effects()).containsExactly(new Effect.Spawn(who.next()));
      assertThat(state(Launching.class).restarts().recent()).isEmpty();
      assertThat(state(Launching.class).restarts().total()).isEqualTo(POLICY.maxRestarts() + 1);
    }

    @Test
    void isForgivenWhatLiesBeforeTheWindow() {
      online();
      Incarnation who = FIRST;
      for (int i = 0; i < 30; i++) {
        when(exited(who));
        assertThat(state(BackingOff.class).until()).isEqualTo(now);
        who = who.next();
        when(timer());
        afterSeconds(61, new WorkerEvent.ProbePassed(who));
        when(new WorkerEvent.Accepting(who));
      }
      assertThat(state(Online.class).restarts().total()).isEqualTo(30);
    }

    @Test
    void backsOffWhenItCannotEvenBeStarted() {
      online();
      when(exited(FIRST));
      when(timer());
      when(new WorkerEvent.SpawnFailed(FIRST.next(), Reason.HOST_FAULT, "no memory"));
      assertThat(state(BackingOff.class).until()).isAfter(now);
      assertThat(state(BackingOff.class).trouble().reason()).isEqualTo(Reason.HOST_FAULT);
    }

    @Test
    void isStoppedAndStartedAgainWhenItDoesNotComeUp() {
      launch(false);
      assertThat(afterSeconds(60, timer()).effects()).containsExactly(new Effect.Terminate(FIRST));
      when(exited(FIRST));
      assertThat(state(BackingOff.class).trouble().reason()).isEqualTo(Reason.NEVER_LISTENED);
      assertThat(when(timer()).effects()).containsExactly(new Effect.Spawn(FIRST.next()));
    }

    private void online() {
      launch(false);
      when(passed());
      when(new WorkerEvent.Accepting(FIRST));
      state(Online.class);
    }
  }

  @Nested
  final class Leaving {
    @Test
    void drainsThenStopsThenIsKilled() {
      launch(false);
      when(passed());
      when(new WorkerEvent.Accepting(FIRST));
      assertThat(when(new WorkerEvent.DrainRequested()).effects())
          .containsExactly(new Effect.Drain(FIRST));
      assertThat(afterSeconds(34, timer()).effects()).as("its own limit, and grace").isEmpty();
      assertThat(afterSeconds(1, timer()).effects()).containsExactly(new Effect.Terminate(FIRST));
      assertThat(afterSeconds(19, timer()).effects()).isEmpty();
      assertThat(afterSeconds(1, timer()).effects()).containsExactly(new Effect.Kill(FIRST));
      assertThat(afterSeconds(999, timer()).effects()).as("killed once").isEmpty();
      when(exited(FIRST));
      assertThat(state(Stopped.class).trouble()).isNull();
    }

    @Test
    void isStoppedAsSoonAsItHasDrained() {
      last = machine.adoptDraining(FIRST, now);
      assertThat(last.effects()).containsExactly(new Effect.Drain(FIRST));
      assertThat(when(new WorkerEvent.Drained(FIRST)).effects())
          .containsExactly(new Effect.Terminate(FIRST));
    }

    @Test
    void aPrivateWorkerHasNothingToDrain() {
      launch(true);
      assertThat(when(new WorkerEvent.DrainRequested()).effects())
          .containsExactly(new Effect.Terminate(FIRST));
    }

    @Test
    void aWorkerThatIsBeingStoppedToBeStartedAgainIsNotStartedAgain() {
      launch(false);
      afterSeconds(60, timer());
      assertThat(when(new WorkerEvent.DrainRequested()).effects()).isEmpty();
      when(exited(FIRST));
      state(Stopped.class);
    }
  }

  @Nested
  final class Adopted {
    @Test
    void isAskedToConfirm() {
      last = machine.adopt(FIRST, now);
      assertThat(last.effects()).containsExactly(new Effect.Accept(FIRST));
      when(new WorkerEvent.Accepting(FIRST));
      state(Online.class);
    }

    @Test
    void isStartedAgainWhenItDoesNotConfirm() {
      last = machine.adopt(FIRST, now);
      assertThat(afterSeconds(10, timer()).effects()).containsExactly(new Effect.Terminate(FIRST));
      assertThat(state(Stopping.class).killAt()).isEqualTo(now.plusSeconds(20));
      when(exited(FIRST));
      state(BackingOff.class);
    }

    @Test
    void isStartedAgainWhenItEndsBeforeItConfirms() {
      last = machine.adopt(FIRST, now);
      when(exited(FIRST));
      state(BackingOff.class);
    }

    @Test
    void goesOnDrainingWithATimeOfItsOwn() {
      last = machine.adoptDraining(FIRST, now);
      assertThat(state(Draining.class).drainedBy()).isEqualTo(now.plusSeconds(35));
    }
  }

  @Test
  void anOnlineWorkerCountsProbeFailuresInARow() {
    last = machine.adopt(FIRST, now);
    when(new WorkerEvent.Accepting(FIRST));
    List.of(failed(), failed(), failed()).forEach(this::when);
    assertThat(state(Online.class).failures()).isEqualTo(3);
    when(passed());
    assertThat(state(Online.class).failures()).isZero();
    assertThat(state(Online.class).since()).isEqualTo(T0);
  }
}
