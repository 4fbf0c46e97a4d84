package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.SignatureCheck.Outcome;
import dev.pointsman.protocol.trust.TrustPolicy.Requirement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/**
 * Decides whether a manifest is signed by those who have to sign it.
 *
 * <p>A signature that is malformed, made for something else, made with a revoked key, or not over
 * these bytes refuses the request, whatever else is there: somebody should look. A signature by a
 * key that is not trusted is passed over. What remains is counted as TUF counts: a principal once,
 * however many keys it has, and a key for one principal, however many share it.
 *
 * <p>The keys are those of {@link AllowedSigners}; the one within a signature only says which of
 * them to try.
 */
public final class ReleaseTrust {
  /** What a release's signatures are made for. */
  public static final String NAMESPACE = "release.v1@pointsman";

  /** The most signatures of one manifest. */
  public static final int MAX_SIGNATURES = 16;

  private ReleaseTrust() {}

  /**
   * That a manifest is trusted.
   *
   * @param principals whose signatures met the policy
   * @param ignored signatures that did not count and why, for the log
   * @param keys fingerprints of all keys that were seen
   */
  public record Verdict(SortedSet<String> principals, List<String> ignored, List<String> keys) {
    public Verdict {
      keys = List.copyOf(keys);
      principals = Collections.unmodifiableSortedSet(new TreeSet<>(principals));
      ignored = List.copyOf(ignored);
    }
  }

  /**
   * All that can be said about the signatures of a manifest.
   *
   * @param findings one for each signature, in their order
   * @param principals whose signatures met the policy; empty where it was not met
   * @param refusal why the manifest is refused
   */
  public record Inspection(
      List<SignatureCheck> findings, SortedSet<String> principals, Optional<Rejected> refusal) {
    public Inspection {
      findings = List.copyOf(findings);
      principals = Collections.unmodifiableSortedSet(new TreeSet<>(principals));
    }

    /** The signatures that were passed over, and why. */
    public List<String> ignored() {
      return findings.stream()
          .filter(finding -> finding.outcome() == Outcome.IGNORED)
          .map(SignatureCheck::why)
          .toList();
    }

    /** Fingerprints of all keys that were seen. */
    public List<String> keys() {
      return findings.stream()
          .flatMap(finding -> finding.key().stream())
          .map(SshPublicKey::fingerprint)
          .distinct()
          .toList();
    }

    /** Everybody whose signature verified, whether it sufficed or not, joined by commas. */
    public String signers() {
      return findings.stream()
          .flatMap(finding -> finding.principals().stream())
          .distinct()
          .sorted()
          .collect(Collectors.joining(","));
    }
  }

  /**
   * The principals whose signatures over {@code manifest} meet the policy.
   *
   * @param signatures the content of each signature file
   * @param now by this host's clock; what the manifest says of its age does not matter for keys
   * @throws Rejected with {@code sig.*}, or {@code bundle.format} for too many signatures
   */
  public static SortedSet<String> check(
      byte[] manifest,
      List<byte[]> signatures,
      AllowedSigners signers,
      RevokedKeys revoked,
      TrustPolicy policy,
      Instant now)
      throws Rejected {
    return examine(manifest, signatures, signers, revoked, policy, now).principals();
  }

  /** As {@link #check}, and tells also what was passed over. */
  public static Verdict examine(
      byte[] manifest,
      List<byte[]> signatures,
      AllowedSigners signers,
      RevokedKeys revoked,
      TrustPolicy policy,
      Instant now)
      throws Rejected {
    Inspection inspection = inspect(manifest, signatures, signers, revoked, policy, now);
    if (inspection.refusal().isPresent()) {
      throw inspection.refusal().get();
    }
    return new Verdict(inspection.principals(), inspection.ignored(), inspection.keys());
  }

  /** As {@link #examine}, and looks at every signature whatever the others are. */
  public static Inspection inspect(
      byte[] manifest,
      List<byte[]> signatures,
      AllowedSigners signers,
      RevokedKeys revoked,
      TrustPolicy policy,
      Instant now) {
    if (signatures.isEmpty()) {
      return refused(ErrorCode.SIG_MISSING, "release.json comes without a signature");
    }
    if (signatures.size() > MAX_SIGNATURES) {
      return refused(
          ErrorCode.BUNDLE_FORMAT, signatures.size() + " signatures, more than " + MAX_SIGNATURES);
    }
    SignatureChecks checks = new SignatureChecks(manifest, signers, revoked, now);
    List<SignatureCheck> findings = signatures.stream().map(checks::of).toList();
    Optional<Rejected> refusal = refusal(findings);
    SortedSet<String> counted = new TreeSet<>();
    if (refusal.isEmpty()) {
      refusal = count(findings, policy, counted);
    }
    Inspection inspection = new Inspection(findings, counted, Optional.empty());
    return refusal.isEmpty()
        ? inspection
        : new Inspection(
            findings,
            new TreeSet<>(),
            refusal.map(it ->
                it.with("keys", String.join(",", inspection.keys()))
                    .with("signers", inspection.signers())));
  }

  /** Malformed ones first: who sends them does not come by accident. */
  private static Optional<Rejected> refusal(List<SignatureCheck> findings) {
    return findings.stream()
        .filter(finding -> finding.key().isEmpty())
        .findFirst()
        .or(() -> findings.stream().filter(it -> it.outcome() == Outcome.REFUSED).findFirst())
        .flatMap(SignatureCheck::refusal);
  }

  /**
   * Why a release that was accepted at {@code acceptedAt} would not have been, had today's
   * revocations been known; empty where nothing speaks against it. What changed otherwise since
   * (keys that have expired, another policy) is no reason as long as nothing is revoked.
   */
  public static Optional<String> taint(
      byte[] manifest,
      List<byte[]> signatures,
      AllowedSigners signers,
      RevokedKeys revoked,
      TrustPolicy policy,
      Instant acceptedAt) {
    SignatureChecks checks = new SignatureChecks(manifest, signers, revoked, acceptedAt);
    List<SignatureCheck> findings = signatures.stream().map(checks::of).toList();
    List<SignatureCheck> gone =
        findings.stream()
            .filter(
                it -> it.refusal().map(Rejected::code).equals(Optional.of(ErrorCode.SIG_REVOKED)))
            .toList();
    if (gone.isEmpty()) {
      return Optional.empty();
    }
    List<SignatureCheck> left =
        findings.stream().filter(it -> it.outcome() == Outcome.VERIFIED).toList();
    return count(left, policy, new TreeSet<>())
        .map(refusal ->
            "%s; %s"
                .formatted(
                    gone.stream().map(SignatureCheck::why).collect(Collectors.joining("; ")),
                    left.isEmpty() ? "no other signature is left" : refusal.detail()));
  }

  private static Inspection refused(ErrorCode code, String detail) {
    return new Inspection(List.of(), new TreeSet<>(), Optional.of(new Rejected(code, detail)));
  }

  /** Adds to {@code counted} those who met the policy; tells what is missing. */
  private static Optional<Rejected> count(
      List<SignatureCheck> findings, TrustPolicy policy, SortedSet<String> counted) {
    Map<String, Set<SshPublicKey>> verified = new HashMap<>();
    List<String> ignored = new ArrayList<>();
    for (SignatureCheck finding : findings) {
      if (finding.outcome() == Outcome.IGNORED) {
        ignored.add(finding.why());
      }
      for (String principal : finding.principals()) {
        verified.computeIfAbsent(principal, _ -> new HashSet<>()).add(finding.key().orElseThrow());
      }
    }
    if (verified.isEmpty()) {
      return Optional.of(new Rejected(ErrorCode.SIG_UNTRUSTED, String.join("; ", ignored)));
    }
    List<String> missing = new ArrayList<>();
    for (Requirement requirement : policy.requirements()) {
      Set<String> met = KeyAssignment.largest(requirement.principals(), verified);
      counted.addAll(met);
      if (met.size() < requirement.count()) {
        List<String> others =
            requirement.principals().stream().filter(name -> !met.contains(name)).toList();
        missing.add(
            "%d more of %s".formatted(requirement.count() - met.size(), String.join(", ", others)));
      }
    }
    return missing.isEmpty()
        ? Optional.empty()
        : Optional.of(
            new Rejected(
                ErrorCode.SIG_THRESHOLD,
                "signed by %s; still needed: %s"
                    .formatted(
                        String.join(", ", new TreeSet<>(verified.keySet())),
                        String.join(", and ", missing))));
  }
}
