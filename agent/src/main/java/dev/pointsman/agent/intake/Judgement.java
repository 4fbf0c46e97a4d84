package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.AppConfig.TrustConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.release.Sha256;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.AllowedSigners;
import dev.pointsman.protocol.trust.Freshness;
import dev.pointsman.protocol.trust.ReleaseTrust;
import dev.pointsman.protocol.trust.ReleaseTrust.Inspection;
import dev.pointsman.protocol.trust.RevokedKeys;
import dev.pointsman.protocol.trust.SequenceFloor;
import dev.pointsman.protocol.trust.SignatureCheck;
import dev.pointsman.protocol.trust.TrustPolicy;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * Says what would become of a manifest, signature by signature, without taking anything in: the
 * checks of an upload up to its content, in the same order.
 */
public final class Judgement {
  private final AllowedSigners signers;
  private final RevokedKeys revoked;
  private final Instant now;

  public Judgement(AllowedSigners signers, RevokedKeys revoked, Instant now) {
    this.signers = signers;
    this.revoked = revoked;
    this.now = now;
  }

  /**
   * What came before.
   *
   * @param here whether a release is staged now
   */
  public record Accepted(SequenceFloor floor, Predicate<ReleaseId> here) {}

  /**
   * For one app of one host.
   *
   * @param accepted what the host has accepted so far; empty where only the host knows
   */
  public TrustReport of(
      byte[] manifest,
      SortedMap<String, byte[]> signatures,
      HostConfig host,
      AppConfig app,
      Optional<Accepted> accepted) {
    try {
      TrustPolicy policy = TrustPolicy.parse(app.trust().require());
      Inspection inspection = inspect(manifest, signatures, policy);
      if (inspection.refusal().isPresent()) {
        return report(app.name(), signatures, inspection, inspection.refusal().get());
      }
      Manifest parsed = Manifest.parse(manifest);
      Freshness.check(parsed, app.name(), parsed.release(), freshness(host, app.trust()), now);
      if (accepted.isPresent()) {
        Accepted before = accepted.get();
        boolean here = before.here().test(parsed.release());
        before.floor().decide(parsed.sequence(), Sha256.of(manifest), here, app.trust().maxStep());
      }
      List<String> notes = new ArrayList<>();
      if (accepted.isEmpty()) {
        notes.add("The sequence number was not judged: only the host knows what it has accepted.");
      }
      notes.add("The content was not looked at.");
      return new TrustReport(
          app.name().value(),
          parsed.release().value(),
          true,
          null,
          null,
          List.copyOf(inspection.principals()),
          findings(signatures, inspection),
          notes);
    } catch (Rejected e) {
      return report(app.name(), signatures, inspect(manifest, signatures, null), e);
    }
  }

  /** About the signatures alone; {@code app} is only shown. */
  public TrustReport ofSignatures(
      byte[] manifest, SortedMap<String, byte[]> signatures, TrustPolicy policy, AppName app) {
    Inspection inspection = inspect(manifest, signatures, policy);
    if (inspection.refusal().isPresent()) {
      return report(app, signatures, inspection, inspection.refusal().get());
    }
    return new TrustReport(
        app.value(),
        null,
        true,
        null,
        null,
        List.copyOf(inspection.principals()),
        findings(signatures, inspection),
        List.of("Only the signatures were looked at."));
  }

  private Inspection inspect(
      byte[] manifest, SortedMap<String, byte[]> signatures, @Nullable TrustPolicy policy) {
    try {
      return ReleaseTrust.inspect(
          manifest,
          List.copyOf(signatures.values()),
          signers,
          revoked,
          policy == null ? TrustPolicy.parse(List.of("1 of nobody")) : policy,
          now);
    } catch (Rejected e) {
      throw new IllegalStateException("a policy of our own: " + e, e);
    }
  }

  private static Freshness.Policy freshness(HostConfig host, TrustConfig trust) {
    return new Freshness.Policy(
        trust.maxAge(),
        trust.skew(),
        new Freshness.Host(trust.env(), host.name(), host.platform()),
        trust.targetOptional());
  }

  private static TrustReport report(
      AppName app, SortedMap<String, byte[]> signatures, Inspection inspection, Rejected why) {
    return new TrustReport(
        app.value(),
        null,
        false,
        why.code().wire(),
        Shown.of(why.detail(), 1_024),
        List.copyOf(inspection.principals()),
        findings(signatures, inspection),
        List.of());
  }

  private static List<TrustReport.Signature> findings(
      Map<String, byte[]> signatures, Inspection inspection) {
    List<String> names = List.copyOf(signatures.keySet());
    List<TrustReport.Signature> shown = new ArrayList<>();
    for (int i = 0; i < inspection.findings().size(); i++) {
      SignatureCheck finding = inspection.findings().get(i);
      shown.add(
          new TrustReport.Signature(
              Shown.of(names.get(i)),
              finding.outcome().name().toLowerCase(Locale.ROOT),
              finding.key().map(Object::toString).orElse(null),
              List.copyOf(finding.principals()),
              Shown.of(finding.why(), 1_024)));
    }
    return shown;
  }
}
