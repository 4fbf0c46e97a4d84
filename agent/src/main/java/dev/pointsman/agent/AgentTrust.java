package dev.pointsman.agent;

import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.intake.Judgement;
import dev.pointsman.agent.intake.TrustFiles;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.trust.TrustListing;
import dev.pointsman.protocol.trust.TrustPolicy;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;

/** Answers questions about who is trusted; reads the trust files for each. Any thread; blocks. */
final class AgentTrust {
  private final HostConfig config;
  private final TrustFiles files;
  private final TrustWatch watch;
  private final Clock clock;

  AgentTrust(HostConfig config, TrustFiles files, TrustWatch watch, Clock clock) {
    this.config = config;
    this.files = files;
    this.watch = watch;
    this.clock = clock;
  }

  /** What is wrong with the trust files, one sentence each; does not block. */
  List<String> problems() {
    return files.problems();
  }

  /** Judges releases by the trust files as they are at this moment. */
  void look() {
    watch.look();
  }

  /** Who is trusted, and what {@code apps} ask for. */
  TrustResource list(Collection<App> apps) {
    look();
    Optional<TrustListing> listing = listing();
    List<TrustResource.App> shown = new ArrayList<>();
    for (App app : apps) {
      shown.add(
          new TrustResource.App(
              app.name().value(),
              listing.map(it -> it.requirements(policy(app))).orElse(List.of()),
              app.trust().sequence(),
              List.copyOf(app.trust().taint().all().keySet())));
    }
    return new TrustResource(problems(), listing.map(TrustListing::keys).orElse(List.of()), shown);
  }

  private Optional<TrustListing> listing() {
    try {
      TrustFiles.Trusted trusted = files.now();
      return Optional.of(new TrustListing(trusted.signers(), trusted.revoked(), clock.instant()));
    } catch (Rejected e) {
      return Optional.empty(); // Among the problems.
    }
  }

  private static TrustPolicy policy(App app) {
    try {
      return TrustPolicy.parse(app.config().trust().require());
    } catch (Rejected e) {
      throw new IllegalStateException("a policy that the configuration let through: " + e, e);
    }
  }

  /** What an upload for {@code app} that begins so would be told. */
  TrustReport judge(App app, byte[] manifest, SortedMap<String, byte[]> signatures)
      throws Rejected {
    TrustFiles.Trusted trusted = files.now();
    return new Judgement(trusted.signers(), trusted.revoked(), clock.instant())
        .of(
            manifest,
            signatures,
            config,
            app.config(),
            Optional.of(
                new Judgement.Accepted(
                    app.ledger().state().floor(), app.ledger().state().staged()::contains)));
  }
}
