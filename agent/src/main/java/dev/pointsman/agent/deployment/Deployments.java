package dev.pointsman.agent.deployment;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The deployments of one app: admits one at a time and carries it out on the app's own thread. Any
 * thread may ask; asking blocks for one write to the journal.
 */
public final class Deployments {
  private static final Logger LOG = LoggerFactory.getLogger(Deployments.class);

  /** What a deployment needs to know of the app's releases. Implemented by the wiring. */
  public interface Catalog {
    /**
     * The generation that {@code release} makes with today's configuration, ready to be started
     * from; rejects what is not here or cannot be run.
     */
    Generation prepare(ReleaseId release) throws Rejected, IOException;

    /** Rejects a generation whose release is gone or damaged. */
    void check(Generation generation) throws Rejected, IOException;
  }

  /**
   * Told what happens, on the app's own thread; of the beginning on the thread of whoever asked.
   */
  public interface Observer {
    /** {@code after}: the deployment once {@code entry} was written down. */
    void happened(DeploymentEntry entry, Deployment after);
  }

  /**
   * What the app's file says now.
   *
   * @param instances how many workers there are to be, where no operator wants another number
   * @param least fewer an operator may not want
   * @param most more an operator may not want
   */
  public record Settings(int instances, int least, int most, boolean autoRevert) {}

  /** What belongs together here. */
  public record Parts(
      AppName app,
      AppLedger ledger,
      Pool pool,
      Links links,
      Catalog catalog,
      Observer observer,
      InstantSource clock,
      Supplier<Settings> settings) {}

  private final Parts parts;
  private final DeploymentRunner runner;
  private final Thread thread;
  private volatile int slots;
  private volatile @Nullable Closed closed; // Read by isWorking under the lock of the pool.

  /** Why nothing is admitted any more. */
  private record Closed(ErrorCode code, String why) {}

  /** Nothing happens before {@link #start}. */
  public Deployments(Parts parts) {
    this.parts = parts;
    this.runner = new DeploymentRunner(parts.pool(), parts.links(), this::record, parts.clock());
    this.slots = parts.ledger().state().standing().slots(parts.settings().get().instances());
    this.thread = Thread.ofVirtual().name("deployments-" + parts.app()).unstarted(this::work);
  }

  /**
   * Resumes the deployment that an earlier run of the agent left, if there is one, and waits for
   * new ones.
   */
  public void start() {
    thread.start();
  }

  /** Asks for {@code release}; {@code force}: in spite of its bad mark or an unhealthy pool. */
  public Deployment deploy(ReleaseId release, boolean force, String requestedBy)
      throws Rejected, IOException {
    requireStarted(parts.ledger().state());
    Generation to = parts.catalog().prepare(release);
    requireNotBad(release, force);
    return roll(DeploymentKind.DEPLOY, to, force, requestedBy);
  }

  private void requireNotBad(ReleaseId release, boolean force) throws Rejected {
    if (!force && parts.ledger().state().bad().contains(release)) {
      throw new Rejected(
          ErrorCode.RELEASE_BAD,
          "Release " + release + " of " + parts.app() + " failed on this host before.",
          release.value());
    }
  }

  /**
   * Asks to go back: to the last good generation of {@code release}, or of the release before the
   * present one.
   */
  public Deployment rollback(@Nullable ReleaseId release, String requestedBy)
      throws Rejected, IOException {
    AppState state = parts.ledger().state();
    requireStarted(state);
    Optional<Generation> target = release == null ? state.previousGood() : state.lastGood(release);
    if (target.isEmpty()) {
      throw new Rejected(
          ErrorCode.NOTHING_TO_ROLL_BACK_TO,
          release == null
              ? "No release of "
                  + parts.app()
                  + " but the present one was ever deployed successfully on this host."
              : "Release "
                  + release
                  + " of "
                  + parts.app()
                  + " was never deployed successfully on this host.",
          release == null ? null : release.value());
    }
    parts.catalog().check(target.get());
    return roll(DeploymentKind.ROLLBACK, target.get(), true, requestedBy);
  }

  private Deployment roll(DeploymentKind kind, Generation to, boolean force, String requestedBy)
      throws Rejected, IOException {
    return submit(
        force,
        (state, id, at) -> {
          requireStarted(state);
          Settings settings = parts.settings().get();
          return new DeploymentEntry.Begun(
              id,
              kind,
              state.wanted(),
              to,
              state.standing().slots(settings.instances()),
              settings.autoRevert(),
              requestedBy,
              at);
        });
  }

  /**
   * Asks for workers to be started anew, one at a time; {@code slot}: only that one, null: all.
   * That they are not well is no hindrance: it may be the reason.
   */
  public Deployment restart(@Nullable Integer slot, String requestedBy)
      throws Rejected, IOException {
    return submit(
        true,
        (state, id, at) -> {
          Generation wanted = requireWanted(state);
          requireStarted(state);
          if (slot != null && (slot < 0 || slot >= slots)) {
            throw new Rejected(
                ErrorCode.REQUEST_INVALID,
                parts.app() + " has the slots 0 to " + (slots - 1) + ", and no slot " + slot + ".",
                "slot");
          }
          Born latest =
              parts.pool().observe().values().stream()
                  .map(Pool.SlotView::born)
                  .max(Born::compareTo)
                  .orElse(Born.NEVER);
          return new DeploymentEntry.RestartBegun(id, wanted, slots, slot, latest, requestedBy, at);
        });
  }

  /** Asks for {@code count} workers, until the app's file names another number. */
  public Deployment scale(int count, String requestedBy) throws Rejected, IOException {
    return submit(
        true,
        (state, id, at) -> {
          Generation wanted = requireWanted(state);
          requireStarted(state);
          Settings settings = parts.settings().get();
          if (count < settings.least() || count > settings.most()) {
            throw new Rejected(
                ErrorCode.REQUEST_INVALID,
                parts.app()
                    + " may have "
                    + settings.least()
                    + " to "
                    + settings.most()
                    + " workers ([scale] in its file), not "
                    + count
                    + ".",
                "instances");
          }
          return new DeploymentEntry.ScaleBegun(
              id, wanted, slots, count, settings.instances(), requestedBy, at);
        });
  }

  /** Asks for all workers to go and to stay away until {@link #start}. */
  public Deployment stop(String requestedBy) throws Rejected, IOException {
    return submit(
        true,
        (state, id, at) ->
            new DeploymentEntry.StopBegun(
                id, requireWanted(state), parts.pool().observe().size(), requestedBy, at));
  }

  /**
   * Asks for workers to come back, all at once; {@code release}: of this one, and not of the one
   * that ran when they went.
   */
  public Deployment start(@Nullable ReleaseId release, String requestedBy)
      throws Rejected, IOException {
    Generation wanted = requireWanted(parts.ledger().state());
    Generation to = wanted;
    if (release == null) {
      parts.catalog().check(wanted);
    } else {
      requireNotBad(release, false);
      to = parts.catalog().prepare(release);
    }
    Generation chosen = to;
    return submit(
        true,
        (state, id, at) -> {
          Generation from = requireWanted(state);
          if (release != null && state.standing().stopped() == null) {
            throw new Rejected(
                ErrorCode.REQUEST_INVALID,
                parts.app() + " is not stopped: deploy " + release + " instead.",
                "release");
          }
          int count = state.standing().slots(parts.settings().get().instances());
          Generation target = release == null ? from : chosen;
          return new DeploymentEntry.StartBegun(id, from, target, count, requestedBy, at);
        });
  }

  private Generation requireWanted(AppState state) throws Rejected {
    if (state.wanted() == null) {
      throw new Rejected(
          ErrorCode.APP_EMPTY, "No release of " + parts.app() + " was ever deployed successfully.");
    }
    return state.wanted();
  }

  private void requireStarted(AppState state) throws Rejected {
    Standing.Halted stopped = state.standing().stopped();
    if (stopped != null) {
      throw new Rejected(
          ErrorCode.APP_STOPPED,
          parts.app() + " was stopped by " + stopped.by() + " at " + stopped.at() + ".",
          parts.app().value());
    }
  }

  /** What a deployment begins with, given the state in which it is admitted. */
  private interface Beginning {
    DeploymentEntry.Beginning entry(AppState state, DeploymentId id, Instant at) throws Rejected;
  }

  private synchronized Deployment submit(boolean force, Beginning beginning)
      throws Rejected, IOException {
    AppState state = parts.ledger().state();
    admit(state, force);
    DeploymentId id = new DeploymentId(parts.app(), state.count() + 1);
    DeploymentEntry.Beginning begun = beginning.entry(state, id, parts.clock().instant());
    try {
      record(begun);
    } catch (IOException e) {
      if (!parts.ledger().isReadonly()) {
        throw e;
      }
      LOG.error("A deployment could not be written down. app={}", parts.app(), e);
      throw readonly();
    }
    return parts.ledger().state().deployment(id).orElseThrow();
  }

  private void admit(AppState state, boolean force) throws Rejected {
    if (closed != null) {
      throw new Rejected(closed.code(), closed.why());
    }
    if (parts.ledger().isReadonly()) {
      throw readonly();
    }
    if (state.running() != null) {
      throw new Rejected(
          ErrorCode.DEPLOYMENT_IN_PROGRESS,
          state.running().id() + " has not finished.",
          state.running().id().toString());
    }
    if (!force && state.wanted() != null) {
      Observed seen = new Observed(null, parts.pool().observe());
      for (int slot = 0; slot < slots; slot++) {
        if (!seen.serves(slot, state.wanted())) {
          throw new Rejected(
              ErrorCode.POOL_UNHEALTHY,
              "Slot "
                  + slot
                  + " of "
                  + parts.app()
                  + " does not serve "
                  + state.wanted()
                  + " as it should just now.");
        }
      }
    }
  }

  /**
   * How many workers there are to be now, unless the app is stopped. That the file says another
   * number changes nothing before the next deployment.
   */
  public int slots() {
    return slots;
  }

  /** Why a deployment of {@code generation} would be refused now; empty where it would not. */
  public Optional<Rejected> refusal(Generation generation) {
    try {
      AppState state = parts.ledger().state();
      requireStarted(state);
      requireNotBad(generation.release(), false);
      synchronized (this) {
        admit(state, false);
      }
      return Optional.empty();
    } catch (Rejected e) {
      return Optional.of(e);
    }
  }

  /** Blocks until the deployment is over or {@code limit} has passed. */
  public synchronized void await(DeploymentId id, Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (isUnderWay(id)) {
      long left = deadline - System.nanoTime();
      if (left <= 0) {
        return;
      }
      wait(left / 1_000_000, (int) (left % 1_000_000));
    }
  }

  /**
   * Whether a deployment has the workers to itself: it is in progress, and its thread goes on with
   * it, or the next run of the agent will at once. One that came to a stand for good does not.
   */
  public boolean isWorking() {
    Closed end = closed;
    return parts.ledger().state().running() != null
        && (end == null || end.code() == ErrorCode.AGENT_STOPPING);
  }

  private Rejected readonly() {
    return new Rejected(
        ErrorCode.AGENT_READONLY, "The journal of " + parts.app() + " cannot be written.");
  }

  private boolean isUnderWay(DeploymentId id) {
    Deployment running = parts.ledger().state().running();
    return closed == null && running != null && running.id().equals(id);
  }

  private void record(DeploymentEntry entry) throws IOException {
    parts.ledger().append(entry);
    Deployment after = parts.ledger().state().deployment(entry.id()).orElseThrow();
    note(after);
    parts.observer().happened(entry, after);
    synchronized (this) {
      notifyAll();
    }
  }

  /** Whichever way a roll went, it left as many workers as it was to have. */
  private void note(Deployment after) {
    if (!(after.status() instanceof DeploymentStatus.Over over)) {
      return;
    }
    boolean success = over.outcome() == DeploymentState.SUCCESSFUL;
    switch (after.order()) {
      case Order.Roll _ when success || over.outcome() == DeploymentState.REVERTED ->
          slots = after.slots();
      case Order.Scale _ when success -> slots = after.slots();
      case Order.Start _ when success || after.to().equals(after.from()) -> slots = after.slots();
      case Order.Roll _, Order.Scale _, Order.Start _, Order.Restart _, Order.Stop _ -> {
        // As many as before.
      }
    }
  }

  private void work() {
    try {
      while (true) {
        runner.run(next());
      }
    } catch (InterruptedException e) {
      LOG.debug("The deployments of an app stop. app={}", parts.app());
    } catch (IOException e) {
      LOG.error(
          "The deployments of an app have stopped: its journal cannot be written. app={}",
          parts.app(),
          e);
      shut(
          ErrorCode.AGENT_READONLY,
          "The journal of " + parts.app() + " cannot be written: " + e.getMessage() + ".");
    } catch (RuntimeException e) {
      LOG.error("The deployments of an app have stopped: a bug. app={}", parts.app(), e);
      shut(
          ErrorCode.INTERNAL,
          "Deployments of " + parts.app() + " have stopped because of a bug: " + e + ".");
    }
  }

  private synchronized Deployment next() throws InterruptedException {
    Deployment running = parts.ledger().state().running();
    while (running == null) {
      wait();
      running = parts.ledger().state().running();
    }
    return running;
  }

  private synchronized void shut(ErrorCode code, String why) {
    if (closed == null) {
      closed = new Closed(code, why);
    }
    notifyAll();
  }

  /** Stops where it is; the next run of the agent resumes. */
  public void stop() throws InterruptedException {
    shut(ErrorCode.AGENT_STOPPING, "The agent is stopping.");
    thread.interrupt();
    if (thread.isAlive()) {
      thread.join();
    }
  }
}
