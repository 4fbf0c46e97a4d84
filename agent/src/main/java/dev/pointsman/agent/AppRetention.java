package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.AppEntry;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.AppState;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.Retention;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.agent.worker.WorkerSpecs;
import dev.pointsman.protocol.api.ReleaseState;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes releases that the quotas no longer hold. Its monitor is held while it does, and while a
 * deployment is being admitted, so that what has just been asked for is not what has just been
 * found superfluous.
 */
final class AppRetention {
  private static final Logger LOG = LoggerFactory.getLogger(AppRetention.class);

  private final Supplier<AppConfig> settings;
  private final Host host;
  private final AppLedger ledger;
  private final ReleaseStore releases;
  private final WorkerSpecs specs;
  private final WorkerPool workers;

  AppRetention(
      Supplier<AppConfig> settings,
      Host host,
      AppLedger ledger,
      ReleaseStore releases,
      WorkerSpecs specs,
      WorkerPool workers) {
    this.settings = settings;
    this.host = host;
    this.ledger = ledger;
    this.releases = releases;
    this.specs = specs;
    this.workers = workers;
  }

  /** Removes what is superfluous; a failure is tried again after the next deployment. */
  synchronized List<ReleaseId> prune() {
    List<ReleaseId> gone = new ArrayList<>();
    try {
      for (ReleaseId id : superfluous()) {
        ledger.append(new AppEntry.Removed(id, host.clock().instant()));
        releases.retire(id);
        gone.add(id);
        host.events()
            .publish(
                "release.removed",
                settings.get().name().value(),
                "Release " + id + " is removed by retention.",
                Map.of("release", id.value()));
      }
      specs.keepOnly(generationsInUse());
    } catch (IOException e) {
      LOG.warn(
          "Old releases could not be removed. app={}: {}", settings.get().name(), e.getMessage());
    }
    return gone;
  }

  /** What {@link #prune} would remove now. */
  synchronized List<ReleaseId> superfluous() throws IOException {
    AppState state = ledger.state();
    List<ReleaseId> here = releases.list().stream().map(StagedRelease::id).toList();
    Retention.Holdings holdings =
        new Retention.Holdings(
            Optional.ofNullable(state.wanted()).map(Generation::release),
            state.previousGood().map(Generation::release),
            state.good().reversed().stream()
                .map(Generation::release)
                .filter(here::contains)
                .toList(),
            here.stream().filter(id -> state.stateOf(id) == ReleaseState.BAD).toList(),
            here.stream().filter(id -> state.stateOf(id) == ReleaseState.STAGED).toList(),
            inUseOrPinned());
    AppConfig config = settings.get();
    return new Retention(config.keepReleases(), config.failedRetention()).superfluous(holdings);
  }

  private Set<ReleaseId> inUseOrPinned() {
    Set<ReleaseId> kept = inUse();
    kept.addAll(ledger.state().pinned());
    return kept;
  }

  /**
   * Releases that workers run, that a deployment moves between, and that a rollback would go to.
   */
  Set<ReleaseId> inUse() {
    AppState state = ledger.state();
    Set<ReleaseId> used = new HashSet<>();
    workers.workers().forEach(worker -> used.add(new ReleaseId(worker.release())));
    state.previousGood().ifPresent(generation -> used.add(generation.release()));
    if (state.wanted() != null) {
      used.add(state.wanted().release());
    }
    if (state.running() != null) {
      used.add(state.running().to().release());
    }
    return used;
  }

  private Set<Generation> generationsInUse() {
    AppState state = ledger.state();
    Set<Generation> used = new HashSet<>(state.good());
    workers.slots().values().forEach(slot -> used.add(slot.generation()));
    if (state.wanted() != null) {
      used.add(state.wanted());
    }
    if (state.running() != null) {
      used.add(state.running().to());
    }
    return used;
  }
}
