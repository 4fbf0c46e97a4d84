package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.AppEntry;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What of an app stays on the disk: pins, what retention lets go, and what was damaged. */
final class AppKeeping implements KeptApp {
  private static final Logger LOG = LoggerFactory.getLogger(AppKeeping.class);

  private final AppConfig config;
  private final Host host;
  private final AppLedger ledger;
  private final ReleaseStore releases;
  private final AppRetention retention;
  private final AppTaint taint;
  private final Map<ReleaseId, String> damaged =
      new ConcurrentSkipListMap<>(Comparator.comparing(ReleaseId::value));

  AppKeeping(
      AppConfig config,
      Host host,
      AppLedger ledger,
      ReleaseStore releases,
      AppRetention retention,
      AppTaint taint) {
    this.config = config;
    this.host = host;
    this.ledger = ledger;
    this.releases = releases;
    this.retention = retention;
    this.taint = taint;
  }

  /** Keeps {@code id} from retention, or no longer; on disk on return. */
  ReleaseResource pin(ReleaseId id, boolean pinned, String requestedBy)
      throws Rejected, IOException {
    synchronized (retention) {
      StagedRelease release =
          releases
              .find(id)
              .orElseThrow(() ->
                  new Rejected(
                      ErrorCode.RELEASE_UNKNOWN,
                      "The release " + id + " of " + config.name() + " is not on this host.",
                      id.value()));
      if (ledger.state().pinned().contains(id) != pinned) {
        Instant now = host.clock().instant();
        ledger.append(
            pinned
                ? new AppEntry.Pinned(id, requestedBy, now)
                : new AppEntry.Unpinned(id, requestedBy, now));
        host.events()
            .publish(
                pinned ? "release.pinned" : "release.unpinned",
                config.name().value(),
                "Release " + id + (pinned ? " is pinned." : " is no longer pinned."),
                Map.of("release", id.value(), "requested_by", requestedBy));
      }
      return AppView.release(
          release, ledger.state(), releases.current().orElse(null), taint.why(id).orElse(null));
    }
  }

  @Override
  public List<ReleaseId> prune(boolean dryRun) throws IOException {
    return dryRun ? retention.superfluous() : retention.prune();
  }

  @Override
  public int dropSpares() throws IOException {
    return releases.dropSpares();
  }

  @Override
  public void eachNamed(Consumer<BlobKey> named) throws IOException {
    releases.contentUse().eachNamed(AppSharing.of(config) == Sharing.COPY, named);
  }

  @Override
  public void lookForDamage(BlobKey key) throws IOException {
    for (StagedRelease release : releases.list()) {
      List<String> lost = releases.contentUse().lost(release.id(), key);
      if (!lost.isEmpty()) {
        String notice =
            "Release "
                + release.id()
                + " is damaged: "
                + lost.getFirst()
                + (lost.size() == 1 ? "" : " and " + (lost.size() - 1) + " more files")
                + " no longer have the content that was signed. Deploy another release, then push"
                + " this one again.";
        LOG.error("{} app={}", notice, config.name());
        damaged.put(release.id(), notice);
        host.events()
            .publish(
                "release.damaged",
                config.name().value(),
                notice,
                Map.of("release", release.id().value(), "sha256", key.sha256()));
      }
    }
  }

  /** What is damaged and still here. */
  List<String> notices() {
    damaged.keySet().retainAll(ledger.state().staged());
    return List.copyOf(damaged.values());
  }
}
