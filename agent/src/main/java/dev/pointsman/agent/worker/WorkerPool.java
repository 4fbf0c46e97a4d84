package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerState.BackingOff;
import dev.pointsman.agent.worker.WorkerState.Draining;
import dev.pointsman.agent.worker.WorkerState.Errored;
import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.agent.worker.WorkerState.Stopping;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.UpkeepResource;
import dev.pointsman.protocol.api.WorkerResource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BooleanSupplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The slots of an app and what runs in them. Slots are filled, replaced and retired from the app's
 * own thread, one after the other; any thread may look.
 *
 * <p>A slot has one worker, and those before it as long as they drain. Nothing tells an old worker
 * to drain before the new one is confirmed to accept.
 */
public final class WorkerPool {
  /** Workers that may be draining before another slot is replaced. */
  static final int MAX_DRAINING = 4;

  /**
   * What is in a slot.
   *
   * @param trouble why its worker does not serve as it should; null when all is well
   * @param fell how its worker ended by itself, though it may serve again; null if it never did
   * @param incarnation its worker's
   */
  public record Slot(
      Generation generation,
      boolean online,
      @Nullable FailureResource trouble,
      @Nullable FailureResource fell,
      Incarnation incarnation) {}

  private volatile AppConfig config;
  private final Workshop workshop;
  private final InstantSource clock;
  private final WorkerStory story;
  private final WorkerSupervisor.Observer observer;
  private volatile WorkerMachine machine;
  private final long run;
  private final AtomicLong workers = new AtomicLong();
  private final Map<Integer, WorkerSupervisor> active = new TreeMap<>();
  private final List<WorkerSupervisor> leaving = new ArrayList<>();
  private final Map<Integer, WorkerExit> replaced = new HashMap<>();
  private int claims;
  private long changes;
  private boolean renewing;
  private volatile @Nullable Caretaker caretaker;
  private final Acceptors acceptors = new Acceptors();

  /** Told whether any worker accepts, or is to; before it is let in. Must not block. */
  @FunctionalInterface
  public interface Acceptance {
    /** {@code any}: at least one. */
    void changed(boolean any);
  }

  /**
   * {@code run}: the journaled number of this start of the agent, which makes incarnations unique;
   * {@code story} tells what happens to workers.
   */
  public WorkerPool(
      AppConfig config, Workshop workshop, long run, InstantSource clock, WorkerStory story) {
    this.config = config;
    this.workshop = workshop;
    this.run = run;
    this.clock = clock;
    this.story = story;
    this.machine = new WorkerMachine(WorkerPolicy.of(config));
    this.observer =
        (worker, was, is) -> {
          story.tell(worker, was, is);
          synchronized (this) {
            if (is instanceof Stopped) {
              leaving.remove(worker);
              remember(worker);
            }
            acceptors.note(worker, is);
            changes++;
            notifyAll();
          }
        };
  }

  /**
   * Goes by {@code next} from now on; workers that have begun keep the times that they began with.
   */
  public synchronized void configure(AppConfig next) {
    config = next;
    machine = new WorkerMachine(WorkerPolicy.of(next));
  }

  /** Tells {@code listener} how it is now, and of every change from now on. */
  public synchronized void tellAcceptance(Acceptance listener) {
    acceptors.tell(listener);
  }

  /** Of a worker that was replaced because of its state, its slot shows the end. */
  private void remember(WorkerSupervisor gone) {
    WorkerExit exit = gone.view().lastExit();
    if (exit != null && exit.cause().isUpkeep()) {
      replaced.put(gone.slot(), exit);
    }
  }

  /** What each slot runs. */
  public Map<Integer, Slot> slots() {
    Map<Integer, WorkerSupervisor> now;
    synchronized (this) {
      now = Map.copyOf(active);
    }
    Map<Integer, Slot> slots = new HashMap<>();
    now.forEach(
        (slot, worker) -> // Not under the lock: evidence is read from disk.
        slots.put(
                slot,
                new Slot(
                    worker.generation(),
                    worker.view().state() instanceof Online,
                    Evidence.trouble(worker, config),
                    Evidence.fall(worker),
                    Evidence.incarnation(worker.view().state()))));
    return slots;
  }

  /** Every worker that has a process or is to have one, draining ones too; by slot, then by age. */
  public synchronized List<WorkerResource> workers() {
    List<WorkerSupervisor> all = new ArrayList<>(leaving);
    all.addAll(active.values());
    return all.stream()
        .sorted(
            Comparator.comparingInt(WorkerSupervisor::slot)
                .thenComparing(worker -> Evidence.incarnation(worker.view().state())))
        .map(worker -> Evidence.resource(worker, replaced.get(worker.slot())))
        .toList();
  }

  /** Fills an empty slot with a worker of a generation that has proved itself; returns at once. */
  public void keep(int slot, Generation generation) {
    keep(slot, generation, Gate.KNOWN_GOOD);
  }

  private synchronized void keep(int slot, Generation generation, Gate gate) {
    if (active.containsKey(slot)) {
      throw new IllegalStateException("slot " + slot + " is not empty");
    }
    active.put(
        slot,
        WorkerSupervisor.begin(
            job(slot, generation), machine.launch(incarnation(), gate, false, clock.instant())));
  }

  /**
   * Fills {@code slots}, which are empty, all at the same time, and blocks until each has a worker
   * online, or one that fell, or until {@code healthy_deadline} and the time of the gate are over.
   * What did not come up is tried again as any worker is.
   *
   * @return why one does not serve, or empty
   */
  public Optional<FailureResource> start(
      Set<Integer> slots, Generation generation, boolean knownGood) throws InterruptedException {
    Gate gate = gate(knownGood);
    slots.forEach(slot -> keep(slot, generation, gate));
    boolean inTime =
        await(
            () -> slots.stream().allMatch(this::hasSettled),
            after(config.roll().healthyDeadline()));
    Map<Integer, Slot> now = slots();
    return slots.stream()
        .sorted()
        .map(slot -> Optional.ofNullable(now.get(slot)).flatMap(it -> unserved(slot, it, inTime)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<FailureResource> unserved(int slot, Slot view, boolean inTime) {
    if (view.online() && view.trouble() == null && view.fell() == null) {
      return Optional.empty();
    }
    return Optional.ofNullable(view.trouble())
        .or(() -> Optional.ofNullable(view.fell()))
        .or(() -> Optional.of(Evidence.notUp(slot, inTime, config)));
  }

  /** Whether {@code slot} has a worker that serves, or one that fell on its way there. */
  private synchronized boolean hasSettled(int slot) {
    WorkerSupervisor worker = active.get(slot);
    return worker == null
        || worker.view().state() instanceof Online
        || Evidence.hasFallen(worker)
        || Evidence.isTroubled(worker, config);
  }

  /**
   * Blocks until nothing drains any more, {@code progress_deadline} at most.
   *
   * @return which worker does not go, or empty
   */
  public Optional<FailureResource> awaitGone() throws InterruptedException {
    if (await(leaving::isEmpty, after(config.roll().progressDeadline()))) {
      return Optional.empty();
    }
    synchronized (this) {
      return leaving.stream().findFirst().map(worker -> Evidence.noProgress(worker, config));
    }
  }

  private Gate gate(boolean knownGood) {
    return knownGood
        ? Gate.KNOWN_GOOD
        : new Gate(config.roll().healthPasses(), config.roll().minHealthyTime());
  }

  /**
   * Starts a worker of {@code generation} beside what is in {@code slot}, gates it in private, lets
   * it accept, and tells the old one to drain. Blocks until the new one accepts or has failed,
   * {@code progress_deadline} at most; where it failed, the old one never noticed.
   *
   * @return why it failed, or empty
   * @throws InterruptedException when the agent is stopping: what becomes of the new worker is for
   *     the next run of the agent to decide
   */
  public Optional<FailureResource> replace(int slot, Generation generation, boolean knownGood)
      throws InterruptedException {
    claim();
    try {
      return replaceClaimed(slot, generation, knownGood);
    } finally {
      release();
    }
  }

  private Optional<FailureResource> replaceClaimed(
      int slot, Generation generation, boolean knownGood) throws InterruptedException {
    Instant deadline = after(config.roll().progressDeadline());
    if (!await(() -> leaving.size() < MAX_DRAINING, deadline)) {
      return Optional.of(Evidence.noRoom(slot, MAX_DRAINING, config));
    }
    Gate gate = gate(knownGood);
    Optional<FailureResource> untried =
        knownGood || runs(generation)
            ? Optional.empty()
            : tryInPrivate(slot, generation, gate, deadline);
    if (untried.isPresent()) {
      return untried;
    }
    WorkerSupervisor fresh = beginBeside(slot, generation, gate);
    boolean _ = await(() -> isDecided(fresh), deadline);
    return settle(slot, fresh, ExitCause.DEPLOYED)
        ? Optional.empty()
        : Optional.of(judge(fresh, ExitCause.FAILED_START));
  }

  /** A new worker on trial: shown, but not yet the slot's. */
  WorkerSupervisor beginBeside(int slot, Generation generation, Gate gate) {
    WorkerSupervisor fresh =
        WorkerSupervisor.begin(
            job(slot, generation), machine.launch(incarnation(), gate, true, clock.instant()));
    putLeaving(fresh);
    return fresh;
  }

  /**
   * Where workers cannot be gated in private one by one, the first of a generation is, in place of
   * all others; it is gone before this returns.
   *
   * @return why it failed, or empty
   */
  private Optional<FailureResource> tryInPrivate(
      int slot, Generation generation, Gate gate, Instant deadline) throws InterruptedException {
    Optional<Workshop> trial;
    try {
      trial = workshop.trial(generation);
    } catch (IOException e) {
      return Optional.empty(); // The launch meets the same fault, and reports it.
    }
    if (trial.isEmpty()) {
      return Optional.empty();
    }
    WorkerSupervisor first =
        WorkerSupervisor.begin(
            new WorkerSupervisor.Job(
                slot, generation, machine, trial.get(), clock, this::triedInPrivate),
            machine.launch(incarnation(), gate, true, clock.instant()));
    putLeaving(first);
    boolean _ = await(() -> isDecided(first), deadline);
    boolean passed = first.view().state() instanceof Online;
    Optional<FailureResource> failure =
        passed
            ? Optional.empty()
            : Optional.of(Evidence.inTrial(judge(first, ExitCause.FAILED_START)));
    if (passed) {
      first.post(new WorkerEvent.DrainRequested(ExitCause.RETIRED));
    }
    boolean _ = await(() -> first.view().state() instanceof Stopped, deadline);
    return failure;
  }

  private void triedInPrivate(WorkerSupervisor worker, @Nullable WorkerState was, WorkerState is) {
    story.tellTrial(worker, was, is);
    synchronized (this) {
      if (is instanceof Stopped) {
        leaving.remove(worker);
      }
      notifyAll();
    }
  }

  private synchronized boolean runs(Generation generation) {
    return active.values().stream()
        .anyMatch(worker ->
            worker.generation().equals(generation) && worker.view().state() instanceof Online);
  }

  /**
   * Gives {@code slot} to {@code fresh} if it accepts at this moment, and tells what was there to
   * drain because of {@code why}; else {@code fresh} has to go.
   */
  synchronized boolean settle(int slot, WorkerSupervisor fresh, ExitCause why) {
    if (!(fresh.view().state() instanceof Online)) {
      return false;
    }
    leaving.remove(fresh);
    WorkerSupervisor old = active.put(slot, fresh);
    if (old != null) {
      leave(old, why);
    }
    return true;
  }

  /** Why {@code fresh} did not get the slot; it is told to go because of {@code cause}. */
  FailureResource judge(WorkerSupervisor fresh, ExitCause cause) {
    boolean late = !isDecided(fresh);
    FailureResource failure =
        late ? Evidence.noProgress(fresh, config) : Evidence.failure(fresh, config);
    fresh.post(new WorkerEvent.DrainRequested(cause));
    return failure;
  }

  /** A deployment comes first: a renewal that is under way gives up, and none begins. */
  private synchronized void claim() throws InterruptedException {
    claims++;
    notifyAll();
    try {
      while (renewing) {
        wait();
      }
    } catch (InterruptedException e) {
      claims--;
      throw e;
    }
  }

  private synchronized void release() {
    claims--;
  }

  /** Whether a deployment is replacing a slot, or about to. */
  synchronized boolean isClaimed() {
    return claims > 0;
  }

  /** Begins to look after the workers while {@code deploying} says that no deployment does. */
  public void tend(BooleanSupplier deploying) {
    Caretaker begun = new Caretaker(this, config.health().interval(), deploying, story);
    caretaker = begun;
    begun.start();
  }

  /** What upkeep has done, and what it waits for. */
  public UpkeepResource upkeep() {
    Caretaker present = caretaker;
    return present == null ? UpkeepResource.NONE : present.view();
  }

  /** The worker of {@code slot}, if it serves and may be renewed; then {@link #endRenewal}. */
  synchronized @Nullable WorkerSupervisor beginRenewal(int slot) {
    WorkerSupervisor worker = active.get(slot);
    boolean free = claims == 0 && !renewing && leaving.size() < MAX_DRAINING;
    if (worker == null || !free || !(worker.view().state() instanceof Online)) {
      return null;
    }
    renewing = true;
    return worker;
  }

  synchronized void endRenewal() {
    renewing = false;
    notifyAll();
  }

  /** Waits until {@code fresh} is in or out, or {@code unneeded}; whether the former. */
  boolean awaitDecision(WorkerSupervisor fresh, BooleanSupplier unneeded)
      throws InterruptedException {
    boolean _ =
        await(
            () -> isDecided(fresh) || claims > 0 || unneeded.getAsBoolean(),
            after(config.roll().progressDeadline()));
    return isDecided(fresh);
  }

  /** The workers that have the slots. */
  synchronized List<WorkerSupervisor> holders() {
    return List.copyOf(active.values());
  }

  AppConfig config() {
    return config;
  }

  /** How many changes of workers there were so far. */
  synchronized long changes() {
    return changes;
  }

  /** Waits until there have been more changes than {@code seen}, {@code limit} at most. */
  void awaitChange(long seen, Duration limit) throws InterruptedException {
    boolean _ = await(() -> changes != seen, after(limit));
  }

  /**
   * Watches the slots that run {@code generation} for {@code min_healthy_time}.
   *
   * @return how a worker of theirs fell or turned bad meanwhile, or empty
   */
  public Optional<FailureResource> settle(Generation generation) throws InterruptedException {
    boolean _ = await(() -> anyBad(generation), after(config.roll().minHealthyTime()));
    return firstBad(generation);
  }

  private synchronized boolean anyBad(Generation generation) {
    return active.values().stream()
        .filter(worker -> worker.generation().equals(generation))
        .anyMatch(worker -> Evidence.isTroubled(worker, config) || Evidence.hasFallen(worker));
  }

  private Optional<FailureResource> firstBad(Generation generation) {
    return slots().values().stream()
        .filter(slot -> slot.generation().equals(generation))
        .flatMap(slot ->
            Stream.concat(Stream.ofNullable(slot.trouble()), Stream.ofNullable(slot.fell())))
        .findFirst();
  }

  /** Drains and stops what is in {@code slot}, and gives the slot up. */
  public synchronized void retire(int slot) {
    WorkerSupervisor old = active.remove(slot);
    if (old != null) {
      leave(old, ExitCause.RETIRED);
    }
  }

  /** As {@link #retire}, once no renewal is under way that could give the slot a worker again. */
  public void retireForGood(int slot) throws InterruptedException {
    claim();
    try {
      retire(slot);
    } finally {
      release();
    }
  }

  /** Looks after the workers no more; blocks until nothing is done for them. */
  public void endUpkeep() throws InterruptedException {
    Caretaker present = caretaker;
    if (present != null) {
      present.stop();
    }
  }

  /** Takes over what an earlier run of the agent had started; see {@link Adoptions}. */
  public void adopt(NodeWorkshop shop) throws IOException, InterruptedException {
    new Adoptions(this, shop).run();
  }

  /** Whether every one of {@code slots} slots has a worker online, and none fails its probes. */
  public synchronized boolean isHealthy(int slots) {
    for (int slot = 0; slot < slots; slot++) {
      WorkerSupervisor worker = active.get(slot);
      if (worker == null
          || !(worker.view().state() instanceof Online)
          || Evidence.isTroubled(worker, config)) {
        return false;
      }
    }
    return true;
  }

  /** Blocks until {@code slots} slots are healthy or {@code limit} has passed. */
  public boolean awaitHealthy(int slots, Duration limit) throws InterruptedException {
    return await(() -> isHealthy(slots), after(limit));
  }

  /** Stops supervising: workers go on, and the next run of the agent takes them over. */
  public void stop() throws InterruptedException {
    endUpkeep();
    List<WorkerSupervisor> all;
    synchronized (this) {
      all = new ArrayList<>(leaving);
      all.addAll(active.values());
    }
    for (WorkerSupervisor worker : all) { // Not under the lock: each may be about to take it.
      worker.abandon();
    }
  }

  /** Gives an adopted worker its slot. */
  synchronized void put(WorkerSupervisor adopted) {
    active.put(adopted.slot(), adopted);
  }

  /** Shows an adopted worker until it has drained. */
  synchronized void putLeaving(WorkerSupervisor adopted) {
    if (!(adopted.view().state() instanceof Stopped)) {
      leaving.add(adopted);
    }
  }

  /** Waits until {@code worker}, told to accept, does or will not; {@code limit} at most. */
  boolean awaitOnline(WorkerSupervisor worker, Duration limit) throws InterruptedException {
    boolean _ = await(() -> !(worker.view().state() instanceof Standby), after(limit));
    return worker.view().state() instanceof Online;
  }

  synchronized void leave(WorkerSupervisor old, ExitCause why) {
    leaving.add(old);
    old.post(new WorkerEvent.DrainRequested(why));
  }

  WorkerMachine machine() {
    return machine;
  }

  InstantSource clock() {
    return clock;
  }

  WorkerSupervisor.Job job(int slot, Generation generation) {
    return new WorkerSupervisor.Job(slot, generation, machine, workshop, clock, observer);
  }

  private Incarnation incarnation() {
    return new Incarnation(run, workers.incrementAndGet(), 1);
  }

  /** Waits, looking again at each change, until {@code condition} holds; false if it does not. */
  private synchronized boolean await(BooleanSupplier condition, Instant deadline)
      throws InterruptedException {
    while (!condition.getAsBoolean()) {
      Duration left = Duration.between(clock.instant(), deadline);
      if (!left.isPositive()) {
        return false;
      }
      wait(left.toMillis() + 1);
    }
    return true;
  }

  private Instant after(Duration limit) {
    return clock.instant().plus(limit);
  }

  /** Whether a worker on trial has been let in (it may have ended since), or never will be. */
  private static boolean isDecided(WorkerSupervisor worker) {
    return switch (worker.view().state()) {
      case Online _, Stopped _, BackingOff _, Errored _ -> true;
      case Launching it -> !it.trial();
      case Standby it -> !it.trial();
      case Draining _, Stopping _ -> false;
    };
  }
}
