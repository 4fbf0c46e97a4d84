package dev.pointsman.agent.worker;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keeps one worker: owns its machine on a virtual thread of its own, feeds it from a bounded
 * mailbox, and carries out what it decides. Everybody else posts events and reads {@link #view}.
 */
final class WorkerSupervisor {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerSupervisor.class);

  /** Told of every change of state, on the supervisor's thread. */
  interface Observer {
    /** {@code was} is null at first. */
    void changed(WorkerSupervisor worker, @Nullable WorkerState was, WorkerState is);
  }

  /**
   * What can be seen of a worker.
   *
   * @param process the present one, or the last
   * @param lastExit how the last one that ended did
   */
  record View(WorkerState state, @Nullable WorkerProcess process, @Nullable WorkerExit lastExit) {
    /** The process of {@code state}; null while there is none. */
    @Nullable WorkerProcess present() {
      return process != null
              && state instanceof Alive alive
              && alive.who().equals(process.incarnation())
          ? process
          : null;
    }
  }

  private final int slot;
  private final Generation generation;
  private final WorkerMachine machine;
  private final Workshop workshop;
  private final InstantSource clock;
  private final Observer observer;
  private final Mailbox mailbox = new Mailbox();
  private final Deque<WorkerEvent> own = new ArrayDeque<>();
  private volatile View view;
  private volatile boolean acceptsUnasked;
  private @Nullable Thread thread;

  private WorkerSupervisor(Job job, WorkerState first) {
    this.slot = job.slot();
    this.generation = job.generation();
    this.machine = job.machine();
    this.workshop = job.workshop();
    this.clock = job.clock();
    this.observer = job.observer();
    this.view = new View(first, null, null);
  }

  /** What every supervisor is given. */
  record Job(
      int slot,
      Generation generation,
      WorkerMachine machine,
      Workshop workshop,
      InstantSource clock,
      Observer observer) {}

  /** Begins a worker with {@code first}, in a thread named after it. */
  static WorkerSupervisor begin(Job job, Transition first) {
    return start(new WorkerSupervisor(job, first.state()), first);
  }

  /**
   * Goes on with a process that an earlier run of the agent had started; empty where {@code
   * adoption} finds it gone.
   */
  static Optional<WorkerSupervisor> goOn(Job job, Transition first, Adoption adoption)
      throws IOException {
    WorkerSupervisor supervisor = new WorkerSupervisor(job, first.state());
    Optional<WorkerProcess> process = adoption.process(supervisor::post);
    if (process.isEmpty()) {
      return Optional.empty();
    }
    supervisor.view = new View(first.state(), process.get(), null);
    return Optional.of(start(supervisor, first));
  }

  /** Makes the handle of a process that is running already. */
  interface Adoption {
    /** {@code events} is told what happens to it; empty where it has ended. */
    Optional<WorkerProcess> process(Consumer<WorkerEvent> events) throws IOException;
  }

  private static WorkerSupervisor start(WorkerSupervisor supervisor, Transition first) {
    Thread thread =
        Thread.ofVirtual()
            .name("worker-" + supervisor.slot + "-" + supervisor.generation.release())
            .unstarted(() -> supervisor.run(first));
    supervisor.thread = thread;
    thread.start();
    return supervisor;
  }

  /** Stops supervising; the process, if there is one, goes on. */
  void abandon() throws InterruptedException {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
      running.join();
    }
    WorkerProcess process = view.process();
    if (process != null) {
      process.abandon();
    }
  }

  int slot() {
    return slot;
  }

  Generation generation() {
    return generation;
  }

  /** What can be seen now; any thread. */
  View view() {
    return view;
  }

  /** Whether a worker on trial has been let in (it may have ended since), or never will be. */
  boolean isDecided() {
    return switch (view.state()) {
      case Online _, Stopped _, BackingOff _, Errored _ -> true;
      case Launching it -> !it.trial();
      case Standby it -> !it.trial();
      case Draining _, Stopping _ -> false;
    };
  }

  /** Tells it something; any thread, and never blocks. Only probe results may be lost. */
  void post(WorkerEvent event) {
    mailbox.post(event);
  }

  /** Whether its processes accept when they like, even while they start. */
  boolean acceptsUnasked() {
    return acceptsUnasked;
  }

  private void run(Transition first) {
    try {
      findOutWhetherItAsks();
      tell(null, first.state());
      carryOut(first);
      while (!(view.state() instanceof Stopped)) {
        WorkerEvent event = await();
        WorkerState was = view.state();
        Transition next = machine.step(was, event, clock.instant());
        enter(was, next.state(), event);
        carryOut(next);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Before anybody is told of the first state, which is before there is a process. */
  private void findOutWhetherItAsks() {
    try {
      acceptsUnasked = workshop.acceptsUnasked(generation);
    } catch (IOException e) {
      LOG.debug("The launch meets the same fault, and reports it. slot={}", slot, e);
    }
  }

  /** The next event; {@link WorkerEvent.TimerFired} when the machine is due before there is one. */
  private WorkerEvent await() throws InterruptedException {
    WorkerEvent mine = own.poll();
    if (mine != null) {
      return mine;
    }
    Optional<Instant> wakeAt = WorkerMachine.wakeAt(view.state());
    if (wakeAt.isEmpty()) {
      return mailbox.take();
    }
    Duration left = Duration.between(clock.instant(), wakeAt.get());
    return mailbox
        .poll(left.isNegative() ? Duration.ZERO : left)
        .orElseGet(WorkerEvent.TimerFired::new);
  }

  private void enter(WorkerState was, WorkerState is, WorkerEvent event) {
    if (was.equals(is)) {
      return;
    }
    View before = view;
    WorkerExit exit =
        was instanceof Alive alive && event instanceof WorkerEvent.Exited exited
            ? exit(alive, exited, before.process())
            : null;
    view = new View(is, before.process(), exit == null ? before.lastExit() : exit);
    tell(was, is);
    if (exit != null && before.process() != null) {
      before.process().dispose();
    }
  }

  /** Its last lines are read now: its successor writes to the same file. */
  private WorkerExit exit(Alive was, WorkerEvent.Exited event, @Nullable WorkerProcess process) {
    return WorkerExit.of(
        was,
        event,
        process == null ? null : process.pid(),
        clock.instant(),
        process == null ? List.of() : process.lastLines());
  }

  /** Whoever looks on must not end supervision by a bug of its own. */
  private void tell(@Nullable WorkerState was, WorkerState is) {
    try {
      observer.changed(this, was, is);
    } catch (RuntimeException e) {
      LOG.error("A change of a worker was not taken note of: a bug. slot={} state={}", slot, is, e);
    }
  }

  private void carryOut(Transition transition) {
    for (Effect effect : transition.effects()) {
      try {
        carryOut(effect);
      } catch (RuntimeException e) {
        LOG.error("An order to a worker failed: a bug. slot={} order={}", slot, effect, e);
      }
    }
  }

  private void carryOut(Effect effect) {
    switch (effect) {
      case Effect.Spawn(var who) -> spawn(who);
      case Effect.Accept(var who) -> process(who).accept();
      case Effect.Drain(var who) -> process(who).drain();
      case Effect.Terminate(var who) -> process(who).terminate();
      case Effect.Kill(var who) -> process(who).kill();
    }
  }

  private WorkerProcess process(Incarnation who) {
    WorkerProcess process = view.present();
    if (process == null || !process.incarnation().equals(who)) {
      throw new IllegalStateException("no process " + who + " in " + view);
    }
    return process;
  }

  private void spawn(Incarnation who) {
    try {
      WorkerProcess process = workshop.launch(who, slot, generation, this::post);
      view = new View(view.state(), process, view.lastExit());
    } catch (Rejected e) {
      notStarted(who, Reason.SPAWN_FAILED, e.detail());
    } catch (IOException e) {
      notStarted(who, Reason.HOST_FAULT, String.valueOf(e.getMessage()));
    } catch (RuntimeException e) {
      LOG.error("A worker could not be started: a bug. slot={} incarnation={}", slot, who, e);
      notStarted(who, Reason.HOST_FAULT, e.toString());
    }
  }

  private void notStarted(Incarnation who, Reason reason, String why) {
    LOG.warn(
        "A worker could not be started. slot={} generation={} incarnation={}: {}",
        slot,
        generation,
        who,
        why);
    own.add(new WorkerEvent.SpawnFailed(who, reason, why));
  }
}
