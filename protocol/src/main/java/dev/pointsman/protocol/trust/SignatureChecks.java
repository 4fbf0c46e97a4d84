package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Holds signatures over one manifest against what is trusted at one moment. */
final class SignatureChecks {
  private final byte[] manifest;
  private final AllowedSigners signers;
  private final RevokedKeys revoked;
  private final Instant now;

  SignatureChecks(byte[] manifest, AllowedSigners signers, RevokedKeys revoked, Instant now) {
    this.manifest = manifest;
    this.signers = signers;
    this.revoked = revoked;
    this.now = now;
  }

  SignatureCheck of(byte[] armored) {
    Optional<SshPublicKey> key = Optional.empty();
    try {
      SshSignature signature = SshSignature.parse(armored);
      key = Optional.of(signature.key());
      refuseForeign(signature);
      Optional<SshCertificate> certificate = signature.certificate();
      return certificate.isPresent() ? certified(signature, certificate.get()) : listed(signature);
    } catch (Rejected e) {
      return SignatureCheck.refused(key, e);
    }
  }

  private void refuseForeign(SshSignature signature) throws Rejected {
    if (!signature.namespace().equals(ReleaseTrust.NAMESPACE)) {
      throw new Rejected(
          ErrorCode.SIG_NAMESPACE,
          "the signature by %s is for '%s', not for '%s'"
              .formatted(signature.key(), Shown.of(signature.namespace()), ReleaseTrust.NAMESPACE));
    }
    Optional<String> objection = revoked.objection(signature);
    if (objection.isPresent()) {
      throw new Rejected(ErrorCode.SIG_REVOKED, objection.get());
    }
  }

  /** The key has lines of its own. */
  private SignatureCheck listed(SshSignature signature) throws Rejected {
    SshPublicKey claimed = signature.key();
    List<Signer> lines = signers.withKey(claimed);
    List<Signer> usable = usable(lines);
    if (usable.isEmpty()) {
      return SignatureCheck.ignored(
          claimed, "the key " + claimed + " " + objection(lines, "is not in allowed_signers"));
    }
    SshPublicKey trusted = usable.getFirst().key();
    signature.verify(trusted, manifest);
    SortedSet<String> principals = new TreeSet<>();
    usable.forEach(line -> principals.addAll(line.principals()));
    return SignatureCheck.verified(
        trusted, principals, "the key " + trusted + " is that of " + String.join(", ", principals));
  }

  /** The key has a certificate, whose authority has lines. */
  private SignatureCheck certified(SshSignature signature, SshCertificate certificate)
      throws Rejected {
    String subject = "the " + certificate + " for the key " + certificate.key() + " ";
    List<Signer> lines = signers.withAuthority(certificate.authority());
    List<Signer> usable = usable(lines);
    if (usable.isEmpty()) {
      return SignatureCheck.ignored(
          certificate.key(),
          "%scomes from the authority %s, which %s"
              .formatted(
                  subject,
                  certificate.authority(),
                  objection(lines, "is no cert-authority in allowed_signers")));
    }
    certificate.verify();
    Optional<String> objection = certificate.objection(now);
    if (objection.isPresent()) {
      return SignatureCheck.ignored(certificate.key(), subject + objection.get());
    }
    SortedSet<String> principals = new TreeSet<>();
    usable.forEach(line -> principals.addAll(line.among(certificate.principals())));
    if (principals.isEmpty()) {
      return SignatureCheck.ignored(
          certificate.key(),
          "%sis for %s, for whom its authority may not vouch here"
              .formatted(subject, Shown.of(String.join(", ", certificate.principals()))));
    }
    signature.verify(certificate.key(), manifest);
    return SignatureCheck.verified(
        certificate.key(), principals, subject + "is for " + String.join(", ", principals));
  }

  private List<Signer> usable(List<Signer> lines) {
    List<Signer> usable = new ArrayList<>();
    for (Signer line : lines) {
      if (line.objection(ReleaseTrust.NAMESPACE, now).isEmpty()) {
        usable.add(line);
      }
    }
    return usable;
  }

  private String objection(List<Signer> lines, String none) {
    return lines.isEmpty()
        ? none
        : lines.stream()
            .flatMap(line -> line.objection(ReleaseTrust.NAMESPACE, now).stream())
            .distinct()
            .collect(Collectors.joining(", "));
  }
}
