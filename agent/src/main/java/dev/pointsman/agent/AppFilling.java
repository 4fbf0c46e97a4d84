package dev.pointsman.agent;

import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.AppState;
import dev.pointsman.agent.deployment.Deployment;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.protocol.bundle.AppName;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Brings an app's slots back to what its journal says of them, and knows why they are empty. */
final class AppFilling {
  private static final Logger LOG = LoggerFactory.getLogger(AppFilling.class);

  private final AppName app;
  private final AppLedger ledger;
  private final AppSockets socket;
  private final WorkerPool workers;
  private volatile @Nullable String whileNothingIsWanted;

  AppFilling(AppName app, AppLedger ledger, AppSockets socket, WorkerPool workers) {
    this.app = app;
    this.ledger = ledger;
    this.socket = socket;
    this.workers = workers;
  }

  /**
   * Gives every empty slot of {@code instances} a worker of what is known to be good, all at once:
   * capacity first, then whatever was under way.
   */
  void run(int instances) {
    AppState state = ledger.state();
    Deployment running = state.running();
    Generation good = running == null ? state.wanted() : running.from();
    Map<Integer, WorkerPool.Slot> slots = workers.slots();
    boolean stopped = state.standing().stopped() != null;
    int wanted = stopped ? 0 : state.standing().slots(instances);
    if (good != null && socket.problem().isEmpty()) {
      for (int slot = 0; slot < wanted; slot++) {
        if (!slots.containsKey(slot)) {
          workers.keep(slot, good);
        }
      }
    }
    if (running == null && good == null && !slots.isEmpty()) {
      String notice =
          slots.size()
              + " workers of releases that the journal knows nothing of were found, and go on: the journal was lost. Deploy a release to"
              + " take over from them.";
      LOG.error("{} app={}", notice, app);
      whileNothingIsWanted = notice;
    } else if (running == null) {
      slots.keySet().stream().filter(slot -> slot >= wanted).forEach(workers::retire);
    }
  }

  /** What there is to say of workers that nobody wants. */
  Optional<String> notice() {
    return ledger.state().wanted() == null
        ? Optional.ofNullable(whileNothingIsWanted)
        : Optional.empty();
  }

  /** Why nobody accepts, if nobody does. */
  Absence absence() {
    AppState state = ledger.state();
    return Absence.of(
        app.value(),
        state.standing().stopped(),
        state.wanted() != null || whileNothingIsWanted != null);
  }
}
