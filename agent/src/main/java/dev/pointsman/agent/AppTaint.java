package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.intake.TrustFiles;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.release.StoredStatement;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.ReleaseTrust;
import dev.pointsman.protocol.trust.TrustPolicy;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which releases of one app would not have been accepted, had today's revocations been known: found
 * out from the evidence that was kept, whenever the trust files change. Any thread.
 *
 * <p>Only what is asked for is refused. Workers that run a tainted release go on, are started again
 * when they fall, and an automatic revert goes back to it: it served a moment ago, and an outage
 * would not make it any better.
 */
final class AppTaint {
  private static final Logger LOG = LoggerFactory.getLogger(AppTaint.class);

  private final Path root;
  private final AppConfig config;
  private final ReleaseStore releases;
  private volatile SortedMap<String, String> tainted = new TreeMap<>();
  private @Nullable Looked looked;

  /** What the last look was about. */
  private record Looked(long version, Set<ReleaseId> staged) {}

  AppTaint(Path root, AppConfig config, ReleaseStore releases) {
    this.root = root;
    this.config = config;
    this.releases = releases;
  }

  /**
   * Looks at every release with what is {@code trusted} now, unless the same were looked at with
   * the same before; returns those newly found.
   *
   * @param staged the releases that are here
   */
  synchronized SortedMap<String, String> look(TrustFiles.Trusted trusted, Set<ReleaseId> staged)
      throws IOException {
    Looked next = new Looked(trusted.version(), staged);
    if (next.equals(looked)) {
      return new TreeMap<>();
    }
    SortedMap<String, String> found = new TreeMap<>();
    for (StagedRelease release : releases.list()) {
      of(release, trusted).ifPresent(why -> found.put(release.id().value(), why));
    }
    SortedMap<String, String> fresh = new TreeMap<>(found);
    fresh.keySet().removeAll(tainted.keySet());
    tainted = found;
    looked = next;
    return fresh;
  }

  private Optional<String> of(StagedRelease release, TrustFiles.Trusted trusted) {
    try {
      StoredStatement statement = StoredStatement.read(root, config.name(), release.id());
      return ReleaseTrust.taint(
          statement.manifest(),
          statement.signatureBytes(),
          trusted.signers(),
          trusted.revoked(),
          TrustPolicy.parse(config.trust().require()),
          release.stagedAt());
    } catch (IOException e) { // Removed by retention a moment ago, or damaged: told elsewhere.
      LOG.warn(
          "The signatures of a release cannot be looked at. app={} release={}: {}",
          config.name(),
          release.id(),
          e.getMessage());
      return Optional.empty();
    } catch (Rejected e) {
      throw new IllegalStateException("a policy that the configuration let through: " + e, e);
    }
  }

  /** Why {@code release} is tainted, as far as was found. */
  Optional<String> why(ReleaseId release) {
    return Optional.ofNullable(tainted.get(release.value()));
  }

  /** All that was found: release, and why. */
  Map<String, String> all() {
    return tainted;
  }

  /** What an operator should know, one sentence for each tainted release. */
  List<String> notices() {
    List<String> notices = new ArrayList<>();
    tainted.forEach((release, why) ->
        notices.add(
            "Release "
                + release
                + " is tainted and will not be activated: "
                + why
                + ". Send a release that is signed anew."));
    return notices;
  }

  /** Rejects with {@code release.tainted} where {@code release} is. */
  void require(ReleaseId release) throws Rejected {
    Optional<String> why = why(release);
    if (why.isPresent()) {
      throw new Rejected(
          ErrorCode.RELEASE_TAINTED,
          "Release " + release + " of " + config.name() + " is tainted: " + why.get() + ".",
          release.value());
    }
  }
}
