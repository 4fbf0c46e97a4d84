package dev.pointsman.agent.worker;

import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.protocol.api.ExitCause;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Who has which slot of an app, and who leaves. Its lock is the pool's only one for that; whoever
 * waits for a worker waits here, and looks again at each change.
 */
final class Roster {
  private final InstantSource clock;
  private final Map<Integer, WorkerSupervisor> active = new TreeMap<>();
  private final List<WorkerSupervisor> leaving = new ArrayList<>();
  private final Map<Integer, WorkerExit> replaced = new HashMap<>();
  private final Acceptors acceptors = new Acceptors();
  private long changes;

  /**
   * One worker.
   *
   * @param before how the one ended that it replaced because of that one's state, if any
   */
  record Entry(WorkerSupervisor worker, @Nullable WorkerExit before) {}

  Roster(InstantSource clock) {
    this.clock = clock;
  }

  /** {@code worker} has come to {@code state}. */
  synchronized void note(WorkerSupervisor worker, WorkerState state) {
    if (state instanceof Stopped) {
      leaving.remove(worker);
      remember(worker);
    }
    acceptors.note(worker, state);
    changes++;
    notifyAll();
  }

  /** As {@link #note}, of a worker that is tried in private and never has users. */
  synchronized void noteTrial(WorkerSupervisor worker, WorkerState state) {
    if (state instanceof Stopped) {
      leaving.remove(worker);
    }
    notifyAll();
  }

  /** Of a worker that was replaced because of its state, its slot shows the end. */
  private void remember(WorkerSupervisor gone) {
    WorkerExit exit = gone.view().lastExit();
    if (exit != null && exit.cause().isUpkeep()) {
      replaced.put(gone.slot(), exit);
    }
  }

  /** Tells {@code listener} how it is now, and of every change from now on. */
  synchronized void tellAcceptance(Acceptance.Listener listener) {
    acceptors.tell(listener);
  }

  /** Fills {@code slot}, which is empty; {@code worker} begins under the lock. */
  synchronized void fill(int slot, Supplier<WorkerSupervisor> worker) {
    if (active.containsKey(slot)) {
      throw new IllegalStateException("slot " + slot + " is not empty");
    }
    active.put(slot, worker.get());
  }

  /** Gives an adopted worker its slot. */
  synchronized void put(WorkerSupervisor adopted) {
    active.put(adopted.slot(), adopted);
  }

  /** Shows a worker that has no slot, because it is on trial or drains, until it is gone. */
  synchronized void putLeaving(WorkerSupervisor worker) {
    if (!(worker.view().state() instanceof Stopped)) {
      leaving.add(worker);
    }
  }

  /** Tells {@code old} to drain because of {@code why}, and shows it until it is gone. */
  synchronized void leave(WorkerSupervisor old, ExitCause why) {
    leaving.add(old);
    old.post(new WorkerEvent.DrainRequested(why));
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

  /** Drains and stops what is in {@code slot}, and gives the slot up. */
  synchronized void retire(int slot) {
    WorkerSupervisor old = active.remove(slot);
    if (old != null) {
      leave(old, ExitCause.RETIRED);
    }
  }

  /** Has everybody go, those too that were to get a slot; who goes already does not notice. */
  synchronized void retireAll() {
    List.copyOf(active.keySet()).reversed().forEach(this::retire);
    leaving.forEach(worker -> worker.post(new WorkerEvent.DrainRequested(ExitCause.RETIRED)));
  }

  /** The worker that has {@code slot}, if any. */
  synchronized @Nullable WorkerSupervisor holder(int slot) {
    return active.get(slot);
  }

  /** The workers that have the slots, in the order of these. */
  synchronized Map<Integer, WorkerSupervisor> holders() {
    return new TreeMap<>(active);
  }

  /** Every worker that has a process or is to have one, draining ones too; by slot, then by age. */
  synchronized List<Entry> everybody() {
    List<WorkerSupervisor> all = new ArrayList<>(leaving);
    all.addAll(active.values());
    return all.stream()
        .sorted(
            Comparator.comparingInt(WorkerSupervisor::slot)
                .thenComparing(worker -> Evidence.incarnation(worker.view().state())))
        .map(worker -> new Entry(worker, replaced.get(worker.slot())))
        .toList();
  }

  /** How many leave, or are on trial. */
  synchronized int leaving() {
    return leaving.size();
  }

  /** One of those that leave, the longest there. */
  synchronized Optional<WorkerSupervisor> anyLeaving() {
    return leaving.stream().findFirst();
  }

  /** How many changes of workers there were so far. */
  synchronized long changes() {
    return changes;
  }

  /** Waits until there have been more changes than {@code seen}, {@code limit} at most. */
  void awaitChange(long seen, Duration limit) throws InterruptedException {
    boolean _ = await(() -> changes != seen, limit);
  }

  /** Waits until {@code worker}, told to accept, does or will not; {@code limit} at most. */
  boolean awaitOnline(WorkerSupervisor worker, Duration limit) throws InterruptedException {
    boolean _ = await(() -> !(worker.view().state() instanceof Standby), limit);
    return worker.view().state() instanceof Online;
  }

  /** As {@link #await(BooleanSupplier, Instant)}, {@code limit} from now. */
  boolean await(BooleanSupplier condition, Duration limit) throws InterruptedException {
    return await(condition, after(limit));
  }

  /** Waits, looking again at each change, until {@code condition} holds; false if it does not. */
  synchronized boolean await(BooleanSupplier condition, Instant deadline)
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

  Instant after(Duration limit) {
    return clock.instant().plus(limit);
  }

  /** What workers are judged by has changed: that counts as a change of theirs. */
  synchronized void judgeAgain() {
    changes++;
    notifyAll();
  }

  /** Whoever waits looks again, for something else has changed. */
  synchronized void lookAgain() {
    notifyAll();
  }
}
