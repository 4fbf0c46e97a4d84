package dev.pointsman.agent.worker;

import static dev.pointsman.agent.worker.MachineSamples.POLICY;
import static dev.pointsman.agent.worker.MachineSamples.T0;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.Reason;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Lives of random events with a process that is played along; what must hold at each step. */
final class WorkerMachineWalkTest {
  private static final int LIVES = 60;
  private static final int STEPS = 300;

  @ParameterizedTest
  @ValueSource(longs = {1, 20260101, 77, 424242})
  void everyLifeKeepsTheRules(long seed) {
    int forgiven = 0;
    for (int life = 0; life < LIVES; life++) {
      Life lived = new Life(seed + life * 1_000_003L);
      lived.live();
      forgiven += lived.forgiven;
    }
    assertThat(forgiven).as("seed %d: exits after a long life", seed).isPositive();
  }

  private static final class Life {
    private final long seed;
    private final Random random;
    private final WorkerMachine machine = new WorkerMachine(POLICY);
    private final Set<Incarnation> spawned = new HashSet<>();
    private final Set<Incarnation> told = new HashSet<>();
    private final Set<Incarnation> ended = new HashSet<>();
    private final List<Instant> spawns = new ArrayList<>();
    private final Gate gate;
    private int passesInARow;
    private int forgiven;
    private Instant passingSince = T0;
    private Instant now = T0;
    private WorkerState state;

    Life(long seed) {
      this.seed = seed;
      this.random = new Random(seed);
      this.gate =
          random.nextBoolean()
              ? Gate.KNOWN_GOOD
              : new Gate(2, Duration.ofSeconds(random.nextInt(5)));
      Transition first = machine.launch(new Incarnation(1, 1, 1), gate, random.nextBoolean(), now);
      this.state = first.state();
      first.effects().forEach(this::check);
    }

    void live() {
      for (int step = 0; step < STEPS; step++) {
        WorkerEvent event = event();
        WorkerState was = state;
        count(event);
        Transition next = machine.step(was, event, now);
        state = next.state();
        String story = "seed %d, step %d: %s + %s".formatted(seed, step, was, event);
        assertThat(!(was instanceof Stopped) || state.equals(was)).as(story).isTrue();
        if (state instanceof Online && !(was instanceof Online)) {
          assertThat(told).as(story).contains(((Online) state).who());
        }
        latch(was, event, story);
        next.effects()
            .forEach(effect -> {
              try {
                check(effect);
              } catch (AssertionError e) {
                throw new AssertionError(story + ": " + e.getMessage(), e);
              }
            });
        boolean forLong = state instanceof Online && random.nextInt(20) == 0;
        now =
            now.plusMillis(
                forLong ? 90_000 : random.nextInt(random.nextInt(10) == 0 ? 20_000 : 300));
      }
      rarelyStarted();
    }

    /** Rests last as long as they are to, and whoever served for long is started again at once. */
    private void latch(WorkerState was, WorkerEvent event, String story) {
      if (state instanceof WorkerState.Errored errored && !(was instanceof WorkerState.Errored)) {
        assertThat(errored.until()).as(story).isEqualTo(now.plus(POLICY.cooldown()));
      }
      if (was instanceof WorkerState.Errored errored && state instanceof WorkerState.Launching) {
        assertThat(now).as(story).isAfterOrEqualTo(errored.until());
      }
      if (was instanceof Online online
          && event instanceof WorkerEvent.Exited
          && !now.isBefore(online.since().plus(POLICY.restartWindow()))) {
        assertThat(state).as(story).isInstanceOf(WorkerState.BackingOff.class);
        assertThat(((WorkerState.BackingOff) state).until()).as(story).isEqualTo(now);
        forgiven++;
      }
    }

    /**
     * What the process of the state may say now, and now and then what an earlier one says late.
     */
    private WorkerEvent event() {
      if (random.nextInt(60) == 0) {
        return random.nextBoolean()
            ? new WorkerEvent.DrainRequested(ExitCause.DEPLOYED)
            : new WorkerEvent.StopRequested(ExitCause.DEPLOYED);
      }
      if (!(state instanceof Alive alive) || random.nextInt(5) == 0) {
        WorkerMachine.wakeAt(state).filter(now::isBefore).ifPresent(due -> now = due);
        return new WorkerEvent.TimerFired();
      }
      boolean servedLong =
          state instanceof Online it && !now.isBefore(it.since().plus(POLICY.restartWindow()));
      if (servedLong && random.nextBoolean()) {
        ended.add(alive.who());
        return new WorkerEvent.Exited(alive.who(), new ExitStatus.Exited(1));
      }
      List<WorkerEvent> mine = MachineSamples.eventsOf(alive.who());
      WorkerEvent event = mine.get(random.nextInt(10) == 0 ? random.nextInt(9) : random.nextInt(4));
      if (now.equals(alive.since()) && random.nextInt(4) == 0) {
        event = new WorkerEvent.SpawnFailed(alive.who(), Reason.SPAWN_FAILED, "no such program");
      }
      if (event instanceof WorkerEvent.SpawnFailed && !(state instanceof WorkerState.Launching)) {
        return new WorkerEvent.TimerFired();
      }
      if (event instanceof WorkerEvent.Exited || event instanceof WorkerEvent.SpawnFailed) {
        ended.add(alive.who());
      }
      return event;
    }

    private void count(WorkerEvent event) {
      if (event instanceof WorkerEvent.ProbePassed) {
        passingSince = passesInARow == 0 ? now : passingSince;
        passesInARow++;
      } else if (event instanceof WorkerEvent.ProbeFailed || event instanceof WorkerEvent.Exited) {
        passesInARow = 0;
      }
    }

    private void check(WorkerState was, Transition next) {
      if (was instanceof Stopped) {
        assertThat(next).isEqualTo(Transition.to(was));
      }
      if (state instanceof Online online && !(was instanceof Online)) {
        assertThat(told).contains(online.who());
      }
      next.effects().forEach(this::check);
    }

    private void check(Effect effect) {
      switch (effect) {
        case Effect.Spawn(var who) -> {
          assertThat(spawned.add(who)).as("%s is new", who).isTrue();
          spawns.add(now);
          passesInARow = 0;
        }
        case Effect.Accept(var who) -> {
          told.add(who);
          assertThat(passesInARow).isPositive();
          if (who.attempt() == 1) {
            assertThat(passesInARow).isGreaterThanOrEqualTo(gate.passes());
            assertThat(Duration.between(passingSince, now))
                .isGreaterThanOrEqualTo(gate.minHealthyTime());
          }
        }
        case Effect.Drain(var who) -> runs(who);
        case Effect.Terminate(var who) -> runs(who);
        case Effect.Kill(var who) -> runs(who);
      }
    }

    private void runs(Incarnation who) {
      assertThat(spawned).contains(who);
      assertThat(ended).doesNotContain(who);
    }

    /** Never a hot loop: no more than the allowed restarts within any window. */
    private void rarelyStarted() {
      int most = POLICY.maxRestarts() + 2;
      for (int i = most; i < spawns.size(); i++) {
        assertThat(Duration.between(spawns.get(i - most), spawns.get(i)))
            .as("seed %d: starts %d to %d", seed, i - most, i)
            .isGreaterThanOrEqualTo(POLICY.cooldown());
      }
    }
  }
}
