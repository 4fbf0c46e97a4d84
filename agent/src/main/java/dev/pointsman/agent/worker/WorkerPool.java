package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.UpkeepResource;
import dev.pointsman.protocol.api.WorkerResource;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The slots of an app and what runs in them. Slots are filled, replaced and retired from the app's
 * own thread, one after the other; any thread may look.
 *
 * <p>A slot has one worker, and those before it as long as they drain. Nothing tells an old worker
 * to drain before the new one is confirmed to accept. Who has which slot is in the {@link Roster};
 * {@link Filling}, {@link Succession} and {@link Renewal} change that, {@link PoolView} tells it.
 */
public final class WorkerPool {
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

  private final WorkerStory story;
  private final Roster roster;
  private final Launches launches;
  private final Claims claims;
  private final Succession succession;
  private final PoolView view;
  private final Filling filling;
  private volatile @Nullable Caretaker caretaker;

  /**
   * {@code run}: the journaled number of this start of the agent, which makes incarnations unique;
   * {@code story} tells what happens to workers.
   */
  public WorkerPool(
      AppConfig config, Workshop workshop, long run, InstantSource clock, WorkerStory story) {
    Roster slots = new Roster(clock);
    this.story = story;
    this.roster = slots;
    this.launches =
        new Launches(
            config,
            workshop,
            run,
            clock,
            (worker, was, is) -> {
              story.tell(worker, was, is);
              slots.note(worker, is);
            });
    this.claims = new Claims(slots::lookAgain);
    this.succession = new Succession(slots, launches, new PrivateTrial(slots, launches, story));
    this.view = new PoolView(slots, launches);
    this.filling = new Filling(slots, launches, view);
  }

  /**
   * Goes by {@code next} from now on; workers that have begun keep the times that they began with.
   */
  public void configure(AppConfig next) {
    launches.configure(next);
    roster.judgeAgain();
  }

  /** Tells {@code listener} how it is now, and of every change from now on. */
  public void tellAcceptance(Acceptance.Listener listener) {
    roster.tellAcceptance(listener);
  }

  /** What each slot runs. */
  public Map<Integer, Slot> slots() {
    return view.slots();
  }

  /** Every worker that has a process or is to have one, draining ones too; by slot, then by age. */
  public List<WorkerResource> workers() {
    return view.workers();
  }

  /** Fills an empty slot with a worker of a generation that has proved itself; returns at once. */
  public void keep(int slot, Generation generation) {
    filling.fill(slot, generation, Gate.KNOWN_GOOD);
  }

  /**
   * Fills {@code slots}, which are empty, all at the same time, and blocks until each has a worker
   * online, or one that fell, {@code progress_deadline} at most: how long one may take to come up
   * is its own affair, and it may ask for more. What did not come up is tried again as any worker
   * is. What is new is tried in private first, as by {@link #replace}; where that fails, nothing
   * began.
   *
   * @return why one does not serve, or empty
   */
  public Optional<FailureResource> start(
      Set<Integer> slots, Generation generation, boolean knownGood) throws InterruptedException {
    Instant deadline = roster.after(launches.config().roll().progressDeadline());
    Optional<FailureResource> untried =
        succession.tryFirst(Collections.min(slots), generation, knownGood, deadline);
    return untried.isPresent()
        ? untried
        : filling.fillAll(slots, generation, launches.gate(knownGood), deadline);
  }

  /**
   * Blocks until nothing drains any more, {@code progress_deadline} at most.
   *
   * @return which worker does not go, or empty
   */
  public Optional<FailureResource> awaitGone() throws InterruptedException {
    AppConfig config = launches.config();
    return roster.await(() -> roster.leaving() == 0, config.roll().progressDeadline())
        ? Optional.empty()
        : roster.anyLeaving().map(worker -> Evidence.noProgress(worker, config));
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
    claims.claim();
    try {
      return succession.replace(slot, generation, knownGood);
    } finally {
      claims.release();
    }
  }

  /** Begins to look after the workers while {@code deploying} says that no deployment does. */
  public void tend(BooleanSupplier deploying) {
    Renewal renewal = new Renewal(roster, succession, claims, deploying);
    Caretaker begun = new Caretaker(roster, launches, renewal, deploying, story);
    caretaker = begun;
    begun.start();
  }

  /** What upkeep has done, and what it waits for. */
  public UpkeepResource upkeep() {
    Caretaker present = caretaker;
    return present == null ? UpkeepResource.NONE : present.view();
  }

  /**
   * Watches the slots that run {@code generation} for {@code min_healthy_time}.
   *
   * @return how a worker of theirs fell or turned bad meanwhile, or empty
   */
  public Optional<FailureResource> settle(Generation generation) throws InterruptedException {
    boolean _ =
        roster.await(() -> view.isAnyBad(generation), launches.config().roll().minHealthyTime());
    return view.firstBad(generation);
  }

  /** Drains and stops what is in {@code slot}, and gives the slot up. */
  public void retire(int slot) {
    roster.retire(slot);
  }

  /**
   * Drains and stops every worker: those of the slots, and those that had no slot yet when what
   * they were begun for was interrupted.
   */
  public void retireAll() {
    roster.retireAll();
  }

  /** As {@link #retire}, once no renewal is under way that could give the slot a worker again. */
  public void retireForGood(int slot) throws InterruptedException {
    claims.claim();
    try {
      retire(slot);
    } finally {
      claims.release();
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
    new Adoptions(roster, launches, shop).run();
  }

  /** Whether every one of {@code slots} slots has a worker online, and none fails its probes. */
  public boolean isHealthy(int slots) {
    return view.isHealthy(slots);
  }

  /** Blocks until {@code slots} slots are healthy or {@code limit} has passed. */
  public boolean awaitHealthy(int slots, Duration limit) throws InterruptedException {
    return roster.await(() -> isHealthy(slots), limit);
  }

  /** Stops supervising: workers go on, and the next run of the agent takes them over. */
  public void stop() throws InterruptedException {
    endUpkeep();
    for (Roster.Entry entry : roster.everybody()) { // Each may be about to take the lock.
      entry.worker().abandon();
    }
  }
}
