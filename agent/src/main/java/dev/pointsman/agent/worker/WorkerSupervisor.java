package dev.pointsman.agent.worker;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerState.Alive;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.TimeUnit;
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
  private static final int MAILBOX = 256;

  /** Told of every change of state, on the supervisor's thread. */
  interface Observer {
    /** {@code was} is null at first. */
    void changed(WorkerSupervisor worker, @Nullable WorkerState was, WorkerState is);
  }

  /**
   * What can be seen of a worker.
   *
   * @param process the present one, or the last
   * @param lastExit how the process before it ended
   */
  record View(WorkerState state, @Nullable WorkerProcess process, @Nullable String lastExit) {}

  private final int slot;
  private final Generation generation;
  private final WorkerMachine machine;
  private final Workshop workshop;
  private final InstantSource clock;
  private final Observer observer;
  private final BlockingQueue<WorkerEvent> mailbox = new ArrayBlockingQueue<>(MAILBOX);
  private final Deque<WorkerEvent> own = new ArrayDeque<>();
  private volatile View view;

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
    Thread.ofVirtual()
        .name("worker-" + supervisor.slot + "-" + supervisor.generation.release())
        .start(() -> supervisor.run(first));
    return supervisor;
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

  /** Tells it something; any thread. Only probe results may be lost when the mailbox is full. */
  void post(WorkerEvent event) {
    try {
      switch (event) {
        case WorkerEvent.ProbePassed _, WorkerEvent.ProbeFailed _ -> {
          if (mailbox.remainingCapacity() > MAILBOX / 2) { // Else there is another one soon.
            mailbox.put(event);
          }
        }
        case WorkerEvent.BecameReady _,
            WorkerEvent.Accepting _,
            WorkerEvent.Drained _,
            WorkerEvent.Exited _,
            WorkerEvent.SpawnFailed _,
            WorkerEvent.DrainRequested _,
            WorkerEvent.StopRequested _,
            WorkerEvent.TimerFired _ ->
            mailbox.put(event);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run(Transition first) {
    try {
      observer.changed(this, null, first.state());
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
    WorkerEvent event = mailbox.poll(Math.max(0, left.toMillis() + 1), TimeUnit.MILLISECONDS);
    return event != null ? event : new WorkerEvent.TimerFired();
  }

  private void enter(WorkerState was, WorkerState is, WorkerEvent event) {
    if (was.equals(is)) {
      return;
    }
    View before = view;
    boolean ended = event instanceof WorkerEvent.Exited && was instanceof Alive;
    String lastExit = event instanceof WorkerEvent.Exited(_, var how) ? how : before.lastExit();
    view = new View(is, before.process(), lastExit);
    observer.changed(this, was, is);
    if (ended && before.process() != null) {
      before.process().dispose();
    }
  }

  private void carryOut(Transition transition) {
    for (Effect effect : transition.effects()) {
      WorkerProcess process = view.process();
      switch (effect) {
        case Effect.Spawn(var who) -> spawn(who);
        case Effect.Accept _ when process != null -> process.accept();
        case Effect.Drain _ when process != null -> process.drain();
        case Effect.Terminate _ when process != null -> process.terminate();
        case Effect.Kill _ when process != null -> process.kill();
        case Effect.Accept _, Effect.Drain _, Effect.Terminate _, Effect.Kill _ ->
            throw new IllegalStateException(effect + " without a process");
      }
    }
  }

  private void spawn(Incarnation who) {
    try {
      WorkerProcess process = workshop.launch(who, slot, generation, this::post);
      view = new View(view.state(), process, view.lastExit());
    } catch (IOException e) {
      LOG.warn(
          "A worker could not be started. slot={} generation={} incarnation={}: {}",
          slot,
          generation,
          who,
          e.getMessage());
      own.add(new WorkerEvent.SpawnFailed(who, String.valueOf(e.getMessage())));
    }
  }
}
