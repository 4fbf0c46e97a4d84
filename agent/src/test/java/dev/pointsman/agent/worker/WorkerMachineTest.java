package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.GATE;
import static dev.pointsman.agent.worker.MachineSamples.POLICY;
import static dev.pointsman.agent.worker.MachineSamples.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.ExitCause;
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
    return new WorkerEvent.Exited(who, new ExitStatus.Exited(1));
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
      assertThat(state(Online.class).condition().failures()).isZero();
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
      assertThat(when(new WorkerEvent.DrainRequested(ExitCause.DEPLOYED)).effects())
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
      assertThat(when(new WorkerEvent.DrainRequested(ExitCause.DEPLOYED)).effects())
          .containsExactly(new Effect.Terminate(FIRST));
    }

    @Test
    void aWorkerThatIsBeingStoppedToBeStartedAgainIsNotStartedAgain() {
      launch(false);
      afterSeconds(60, timer());
      assertThat(when(new WorkerEvent.DrainRequested(ExitCause.DEPLOYED)).effects()).isEmpty();
      when(exited(FIRST));
      state(Stopped.class);
    }
  }

  @Nested
  final class AskingForMoreTime {
    private WorkerEvent moreTime(long seconds) {
      return new WorkerEvent.MoreTime(FIRST, Duration.ofSeconds(seconds));
    }

    @Test
    void itsStartIsGivenMoreTime() {
      launch(true);
      Instant by = state(Launching.class).healthyBy();
      afterSeconds(1, moreTime(600));
      assertThat(state(Launching.class).healthyBy()).isEqualTo(now.plusSeconds(600)).isAfter(by);
    }

    @Test
    void aShorterTimeTakesNothingAway() {
      launch(true);
      Instant by = state(Launching.class).healthyBy();
      when(moreTime(1));
      assertThat(state(Launching.class).healthyBy()).isEqualTo(by);
    }

    @Test
    void noStartTakesForEver() {
      launch(true);
      Instant begun = now;
      for (int i = 0; i < 100; i++) {
        afterSeconds(60, moreTime(600));
      }
      assertThat(state(Launching.class).healthyBy())
          .isEqualTo(begun.plus(WorkerPolicy.LONGEST_EXTENSION));
    }

    @Test
    void itsEndIsGivenMoreTimeToo() {
      launch(true);
      when(new WorkerEvent.StopRequested(ExitCause.RETIRED));
      when(moreTime(600));
      assertThat(state(Stopping.class).killAt()).isEqualTo(now.plusSeconds(600));
    }
  }

  @Nested
  final class ShowingNoLife {
    private void hung() {
      last = machine.adopt(FIRST, now, now);
      when(new WorkerEvent.Accepting(FIRST));
      when(new WorkerEvent.Hung(FIRST, "its event loop stands still"));
    }

    @Test
    void isNotedAndForgottenWhenItIsBack() {
      hung();
      assertThat(state(Online.class).condition().hung()).isEqualTo("its event loop stands still");
      when(new WorkerEvent.Recovered(FIRST));
      assertThat(state(Online.class).condition()).isEqualTo(Condition.WELL);
    }

    @Test
    void isKilledWithoutAStopSignalThatItWouldNotHear() {
      hung();
      assertThat(when(new WorkerEvent.DrainRequested(ExitCause.HUNG)).effects())
          .as("should it wake up, it drains")
          .containsExactly(new Effect.Drain(FIRST));
      assertThat(afterSeconds(19, timer()).effects()).isEmpty();
      assertThat(afterSeconds(1, timer()).effects()).containsExactly(new Effect.Kill(FIRST));
      assertThat(state(Stopping.class).why()).isEqualTo(ExitCause.HUNG);
      when(exited(FIRST));
      state(Stopped.class);
    }

    @Test
    void drainsInOrderWhenItWakesUpInTime() {
      hung();
      when(new WorkerEvent.DrainRequested(ExitCause.HUNG));
      afterSeconds(15, new WorkerEvent.Recovered(FIRST));
      assertThat(afterSeconds(34, timer()).effects()).isEmpty();
      assertThat(when(new WorkerEvent.Drained(FIRST)).effects())
          .containsExactly(new Effect.Terminate(FIRST));
    }

    @Test
    void isNotWaitedForInVainWhereItHangsWhileItDrains() {
      last = machine.adoptDraining(FIRST, now);
      afterSeconds(5, new WorkerEvent.Hung(FIRST, "no sign of life"));
      assertThat(state(Draining.class).drainedBy()).isEqualTo(now.plusSeconds(20));
      assertThat(afterSeconds(20, timer()).effects()).containsExactly(new Effect.Kill(FIRST));
    }

    @Test
    void doesNotGetMoreTimeByHanging() {
      last = machine.adoptDraining(FIRST, now);
      afterSeconds(34, new WorkerEvent.Hung(FIRST, "no sign of life"));
      assertThat(state(Draining.class).drainedBy()).isEqualTo(T0.plusSeconds(35));
    }

    @Test
    void countsForNothingWhileItStarts() {
      launch(false);
      when(new WorkerEvent.Hung(FIRST, "it reads a large file"));
      state(Launching.class);
    }
  }

  @Test
  void looksInARowAtTooMuchMemoryAreCounted() {
    last = machine.adopt(FIRST, now, now);
    when(new WorkerEvent.Accepting(FIRST));
    when(new WorkerEvent.Vitals(FIRST, 101L << 20, true));
    when(new WorkerEvent.Vitals(FIRST, 102L << 20, true));
    assertThat(state(Online.class).condition().heavy()).isEqualTo(2);
    when(new WorkerEvent.Vitals(FIRST, 100L << 20, false));
    assertThat(state(Online.class).condition().heavy()).as("a spike").isZero();
    assertThat(state(Online.class).condition().rssBytes()).isEqualTo(100L << 20);
  }

  @Nested
  final class AfterARest {
    @Test
    void oneMoreExitLeadsToTheNextRest() {
      errored();
      afterSeconds(30, timer());
      Incarnation again = state(Launching.class).who();
      afterSeconds(1, exited(again));
      assertThat(state(Errored.class).until()).isEqualTo(now.plus(POLICY.cooldown()));
    }

    @Test
    void whoeverServesForAWindowHasACleanSlate() {
      errored();
      afterSeconds(30, timer());
      Incarnation again = state(Launching.class).who();
      when(new WorkerEvent.ProbePassed(again));
      when(new WorkerEvent.Accepting(again));
      afterSeconds(60, exited(again));
      assertThat(state(BackingOff.class).until()).as("no pause").isEqualTo(now);
      assertThat(state(BackingOff.class).restarts().latched()).isFalse();
    }

    private void errored() {
      launch(false);
      for (int i = 0; i <= POLICY.maxRestarts(); i++) {
        when(exited(new Incarnation(1, 1, i + 1)));
        if (i < POLICY.maxRestarts()) {
          after(Duration.between(now, state(BackingOff.class).until()), timer());
        }
      }
      state(Errored.class);
    }
  }

  @Nested
  final class Adopted {
    @Test
    void isAskedToConfirm() {
      last = machine.adopt(FIRST, now.minusSeconds(100), now);
      assertThat(last.effects()).containsExactly(new Effect.Accept(FIRST));
      when(new WorkerEvent.Accepting(FIRST));
      state(Online.class);
    }

    @Test
    void keepsItsSlotWhenItDoesNotConfirmButIsTakenToBeHung() {
      last = machine.adopt(FIRST, now.minusSeconds(100), now);
      assertThat(afterSeconds(10, timer()).effects()).as("nothing better is there").isEmpty();
      assertThat(state(Online.class).condition().hung()).contains("did not confirm within 10s");
      assertThat(state(Online.class).started()).isEqualTo(T0.minusSeconds(100));
      when(new WorkerEvent.Accepting(FIRST));
      assertThat(state(Online.class).condition()).isEqualTo(Condition.WELL);
    }

    @Test
    void isStartedAgainWhenItEndsBeforeItConfirms() {
      last = machine.adopt(FIRST, now.minusSeconds(100), now);
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
    last = machine.adopt(FIRST, now.minusSeconds(100), now);
    when(new WorkerEvent.Accepting(FIRST));
    List.of(failed(), failed(), failed()).forEach(this::when);
    assertThat(state(Online.class).condition().failures()).isEqualTo(3);
    when(passed());
    assertThat(state(Online.class).condition().failures()).isZero();
    assertThat(state(Online.class).since()).isEqualTo(T0);
  }
}
