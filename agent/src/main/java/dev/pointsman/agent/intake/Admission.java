package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.AppConfig.TrustConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.ReleaseStore.Statement;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.release.Staging;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.BundleHead;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.trust.Freshness;
import dev.pointsman.protocol.trust.ReleaseTrust;
import dev.pointsman.protocol.trust.SequenceFloor.Decision;
import dev.pointsman.protocol.trust.TrustPolicy;
import java.io.IOException;
import java.time.Clock;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Decides whether a release may come in: by its signatures, its manifest, the sequence numbers and
 * what is here, in the order of docs/bundle.md; and once more when it is complete, because others
 * may have been faster. Any thread.
 */
final class Admission {
  private static final Logger log = LoggerFactory.getLogger(Admission.class);

  private final HostConfig host;
  private final AppConfig config;
  private final ReleaseId id;
  private final ReleaseStore store;
  private final Rules rules;
  private final ReentrantLock publishing;
  private final Clock clock;
  private volatile Map<String, String> facts = Map.of();

  /** What the request's address names. */
  record Address(HostConfig host, AppConfig config, ReleaseId release) {}

  /** What decides. */
  record Rules(TrustFiles trust, Acceptance acceptance) {}

  /** The release that has this id here. */
  private record Present(Optional<StagedRelease> release, Optional<Rejected> damage) {
    boolean isSame(String digest) {
      return release.isPresent() && release.get().digest().equals(digest);
    }
  }

  /** {@code publishing} is held while a release of the app becomes visible. */
  Admission(
      Address address, ReleaseStore store, Rules rules, ReentrantLock publishing, Clock clock) {
    this.host = address.host();
    this.config = address.config();
    this.id = address.release();
    this.store = store;
    this.rules = rules;
    this.publishing = publishing;
    this.clock = clock;
  }

  /** Refuses what could not be accepted or judged now, whatever it is; before all else. */
  void requireHost() throws Rejected {
    if (rules.acceptance().isReadonly(app())) {
      throw new Rejected(
          ErrorCode.AGENT_READONLY, "The journal of " + app() + " cannot be written.");
    }
    HostClock.require(clock.instant(), rules.acceptance().latest(app()), app());
  }

  /** The manifest, once enough signatures vouch for it and it is meant for this host, now. */
  Statement examine(BundleHead head) throws Rejected {
    List<String> signers = signers(head);
    Manifest manifest = Manifest.parse(head.manifest());
    Freshness.check(manifest, app(), id, freshness(), clock.instant());
    refuseHooks(manifest);
    return new Statement(head, manifest, signers);
  }

  /**
   * The very release, where it is here already. Rejects what is not next in the sequence, and
   * another release of this id.
   */
  Optional<StagedRelease> present(Statement statement) throws Rejected, IOException {
    Present present = look();
    boolean same = present.isSame(statement.digest());
    Decision decision = decide(statement, same);
    if (!same) {
      refuseOther(present);
      return Optional.empty();
    }
    StagedRelease here = present.release().orElseThrow();
    if (decision == Decision.ACCEPT) {
      rules.acceptance().staged(app(), here); // Staged, but never journaled.
    }
    return Optional.of(here);
  }

  /** {@code refusal} with those who had signed, once their signatures were found good. */
  Rejected naming(Rejected refusal) {
    Rejected named = refusal;
    for (Map.Entry<String, String> fact : facts.entrySet()) {
      named = named.with(fact.getKey(), fact.getValue());
    }
    return named;
  }

  private List<String> signers(BundleHead head) throws Rejected {
    TrustFiles.Trusted trusted = rules.trust().now();
    ReleaseTrust.Verdict verdict =
        ReleaseTrust.examine(
            head.manifest(),
            List.copyOf(head.signatures().values()),
            trusted.signers(),
            trusted.revoked(),
            TrustPolicy.parse(config.trust().require()),
            clock.instant());
    for (String ignored : verdict.ignored()) {
      log.atWarn()
          .addKeyValue("app", app())
          .addKeyValue("release", id)
          .addKeyValue("why", ignored)
          .log("A signature was passed over.");
    }
    facts =
        Map.of(
            "signers", String.join(",", verdict.principals()),
            "keys", String.join(",", verdict.keys()));
    return List.copyOf(verdict.principals());
  }

  private Freshness.Policy freshness() {
    TrustConfig trust = config.trust();
    return new Freshness.Policy(
        trust.maxAge(),
        trust.skew(),
        new Freshness.Host(trust.env(), host.name(), host.platform()),
        trust.targetOptional());
  }

  /** No hook can be configured yet, so none is known. */
  private static void refuseHooks(Manifest manifest) throws Rejected {
    if (!manifest.hooks().isEmpty()) {
      throw new Rejected(
          ErrorCode.HOOK_UNKNOWN,
          "This host has no hook '" + manifest.hooks().getFirst() + "'.",
          "hooks");
    }
  }

  private Present look() throws IOException {
    try {
      store.verify(id);
      return new Present(store.find(id), Optional.empty());
    } catch (Rejected e) {
      boolean absent = e.code() == ErrorCode.RELEASE_UNKNOWN;
      return new Present(Optional.empty(), absent ? Optional.empty() : Optional.of(e));
    }
  }

  private Decision decide(Statement statement, boolean present) throws Rejected {
    return rules
        .acceptance()
        .floor(app())
        .decide(
            statement.manifest().sequence(), statement.digest(), present, config.trust().maxStep());
  }

  private void refuseOther(Present present) throws Rejected, IOException {
    if (present.release().isPresent()) {
      throw new Rejected(
          ErrorCode.RELEASE_EXISTS,
          "The release "
              + id
              + " is here with the digest "
              + present.release().get().digest()
              + ".");
    }
    boolean inUse =
        store.current().equals(Optional.of(id)) || !rules.acceptance().mayReplace(app(), id);
    if (present.damage().isPresent() && inUse) {
      throw present.damage().get();
    }
  }

  /** Makes the finished {@code staging} a release, durable and journaled; or nothing of it is. */
  StagedRelease publish(
      Staging staging, Statement statement, ReleaseTree tree, ReleaseStore.Keeping keeping)
      throws Rejected, IOException, InterruptedException {
    publishing.lockInterruptibly();
    try {
      // Another upload may have been accepted while this one was being received.
      decide(statement, false);
      Present present = look();
      refuseOther(present);
      if (present.damage().isPresent()) {
        store.remove(id);
      }
      StagedRelease staged = store.publish(staging, statement, tree, keeping);
      journal(staged);
      return staged;
    } finally {
      publishing.unlock();
    }
  }

  private void journal(StagedRelease staged) throws IOException {
    try {
      rules.acceptance().staged(app(), staged);
    } catch (IOException e) {
      try {
        store.remove(staged.id());
      } catch (IOException other) {
        e.addSuppressed(other);
      }
      throw e;
    }
  }

  private AppName app() {
    return config.name();
  }
}
