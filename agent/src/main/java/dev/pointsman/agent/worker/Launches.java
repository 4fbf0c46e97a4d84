package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.release.Generation;
import java.time.InstantSource;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Begins the workers of an app: by the configuration of the moment, each with an incarnation that
 * never repeats. Any thread.
 */
final class Launches {
  private final Workshop workshop;
  private final InstantSource clock;
  private final WorkerSupervisor.Observer observer;
  private final long run;
  private final AtomicLong workers = new AtomicLong();
  private volatile AppConfig config;
  private volatile WorkerMachine machine;

  /**
   * {@code run}: the journaled number of this start of the agent; {@code observer} is told what
   * happens to each worker.
   */
  Launches(
      AppConfig config,
      Workshop workshop,
      long run,
      InstantSource clock,
      WorkerSupervisor.Observer observer) {
    this.config = config;
    this.machine = new WorkerMachine(WorkerPolicy.of(config));
    this.workshop = workshop;
    this.run = run;
    this.clock = clock;
    this.observer = observer;
  }

  /** Goes by {@code next} from now on; workers that have begun keep what they began with. */
  synchronized void configure(AppConfig next) {
    config = next;
    machine = new WorkerMachine(WorkerPolicy.of(next));
  }

  /** A worker that is let in as soon as it has passed {@code gate}. */
  WorkerSupervisor begin(int slot, Generation generation, Gate gate) {
    return begin(job(slot, generation), gate, false);
  }

  /** A worker on trial: the slot may become its, if it passes {@code gate}. */
  WorkerSupervisor beginOnTrial(int slot, Generation generation, Gate gate) {
    return begin(job(slot, generation), gate, true);
  }

  /** A worker on trial that {@code shop} makes, apart from all others. */
  WorkerSupervisor beginApart(
      int slot,
      Generation generation,
      Gate gate,
      Workshop shop,
      WorkerSupervisor.Observer onlooker) {
    return begin(
        new WorkerSupervisor.Job(slot, generation, machine, shop, clock, onlooker), gate, true);
  }

  private WorkerSupervisor begin(WorkerSupervisor.Job job, Gate gate, boolean trial) {
    Incarnation who = new Incarnation(run, workers.incrementAndGet(), 1);
    return WorkerSupervisor.begin(job, machine.launch(who, gate, trial, clock.instant()));
  }

  WorkerSupervisor.Job job(int slot, Generation generation) {
    return new WorkerSupervisor.Job(slot, generation, machine, workshop, clock, observer);
  }

  /** What a worker has to pass before it is let in. */
  Gate gate(boolean knownGood) {
    return knownGood
        ? Gate.KNOWN_GOOD
        : new Gate(config.roll().healthPasses(), config.roll().minHealthyTime());
  }

  AppConfig config() {
    return config;
  }

  WorkerMachine machine() {
    return machine;
  }

  Workshop workshop() {
    return workshop;
  }

  InstantSource clock() {
    return clock;
  }
}
