package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import dev.pointsman.protocol.trust.TrustPolicy.Requirement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
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

  private final AllowedSigners signers;
  private final RevokedKeys revoked;
  private final Instant now;
  private final Map<String, Set<SshPublicKey>> verified = new HashMap<>();
  private final List<String> ignored = new ArrayList<>();

  private ReleaseTrust(AllowedSigners signers, RevokedKeys revoked, Instant now) {
    this.signers = signers;
    this.revoked = revoked;
    this.now = now;
  }

  /**
   * That a manifest is trusted.
   *
   * @param principals whose signatures met the policy
   * @param ignored signatures that did not count and why, for the log
   */
  public record Verdict(SortedSet<String> principals, List<String> ignored) {
    public Verdict {
      principals = Collections.unmodifiableSortedSet(new TreeSet<>(principals));
      ignored = List.copyOf(ignored);
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
    if (signatures.isEmpty()) {
      throw new Rejected(ErrorCode.SIG_MISSING, "release.json comes without a signature");
    }
    if (signatures.size() > MAX_SIGNATURES) {
      throw new Rejected(
          ErrorCode.BUNDLE_FORMAT, signatures.size() + " signatures, more than " + MAX_SIGNATURES);
    }
    List<SshSignature> parsed = new ArrayList<>();
    for (byte[] signature : signatures) {
      parsed.add(SshSignature.parse(signature));
    }
    ReleaseTrust trust = new ReleaseTrust(signers, revoked, now);
    for (SshSignature signature : parsed) {
      trust.verify(signature, manifest);
    }
    return new Verdict(trust.count(policy), trust.ignored);
  }

  private void verify(SshSignature signature, byte[] manifest) throws Rejected {
    SshPublicKey claimed = signature.key();
    if (!signature.namespace().equals(NAMESPACE)) {
      throw new Rejected(
          ErrorCode.SIG_NAMESPACE,
          "the signature by %s is for '%s', not for '%s'"
              .formatted(claimed, Shown.of(signature.namespace()), NAMESPACE));
    }
    if (revoked.contains(claimed)) {
      throw new Rejected(ErrorCode.SIG_REVOKED, "the key " + claimed + " is revoked");
    }
    List<Signer> listed = signers.withKey(claimed);
    List<Signer> usable =
        listed.stream().filter(signer -> signer.objection(NAMESPACE, now).isEmpty()).toList();
    if (usable.isEmpty()) {
      ignored.add("the key " + claimed + " " + objection(listed));
      return;
    }
    SshPublicKey trusted = usable.getFirst().key();
    signature.verify(trusted, manifest);
    for (Signer signer : usable) {
      for (String principal : signer.principals()) {
        verified.computeIfAbsent(principal, _ -> new HashSet<>()).add(trusted);
      }
    }
  }

  private String objection(List<Signer> listed) {
    return listed.isEmpty()
        ? "is not in allowed_signers"
        : listed.stream()
            .flatMap(signer -> signer.objection(NAMESPACE, now).stream())
            .distinct()
            .collect(Collectors.joining(", "));
  }

  private SortedSet<String> count(TrustPolicy policy) throws Rejected {
    if (verified.isEmpty()) {
      throw new Rejected(ErrorCode.SIG_UNTRUSTED, String.join("; ", ignored));
    }
    SortedSet<String> counted = new TreeSet<>();
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
    if (!missing.isEmpty()) {
      throw new Rejected(
          ErrorCode.SIG_THRESHOLD,
          "signed by %s; still needed: %s"
              .formatted(
                  String.join(", ", new TreeSet<>(verified.keySet())),
                  String.join(", and ", missing)));
    }
    return counted;
  }
}
