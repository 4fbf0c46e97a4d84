package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.trust.TrustPolicy.Requirement;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/** Shows who is trusted at one moment, and which lines of a policy could be met. */
public final class TrustListing {
  private final AllowedSigners signers;
  private final RevokedKeys revoked;
  private final Instant now;

  public TrustListing(AllowedSigners signers, RevokedKeys revoked, Instant now) {
    this.signers = signers;
    this.revoked = revoked;
    this.now = now;
  }

  /** Every line of {@code allowed_signers}, in the order of the file. */
  public List<TrustResource.Key> keys() {
    return signers.all().stream().map(this::key).toList();
  }

  private TrustResource.Key key(Signer line) {
    return new TrustResource.Key(
        line.line(),
        line.principals(),
        line.authority(),
        line.key().type(),
        line.key().fingerprint(),
        line.namespaces().stream().map(SshPattern::toString).toList(),
        line.validAfter().orElse(null),
        line.validBefore().orElse(null),
        state(line));
  }

  private String state(Signer line) {
    if (revoked.contains(line.key())) {
      return "revoked";
    }
    if (line.validBefore().filter(now::isAfter).isPresent()) {
      return "expired";
    }
    if (line.validAfter().filter(now::isBefore).isPresent()) {
      return "not-yet";
    }
    return isUsable(line) ? "valid" : "other-namespace";
  }

  private boolean isUsable(Signer line) {
    return !revoked.contains(line.key()) && line.objection(ReleaseTrust.NAMESPACE, now).isEmpty();
  }

  /** Each line of {@code policy}, and whether those whom it names could meet it now. */
  public List<TrustResource.Requirement> requirements(TrustPolicy policy) {
    return policy.requirements().stream().map(this::requirement).toList();
  }

  private TrustResource.Requirement requirement(Requirement requirement) {
    Map<String, Set<SshPublicKey>> keys = new HashMap<>();
    Set<String> certified = new HashSet<>();
    for (Signer line : signers.all()) {
      if (!isUsable(line)) {
        continue;
      }
      if (line.authority()) { // Each of those gets a key of his own.
        certified.addAll(line.among(requirement.principals()));
      } else {
        line.principals()
            .forEach(name -> keys.computeIfAbsent(name, _ -> new HashSet<>()).add(line.key()));
      }
    }
    List<String> others = new ArrayList<>(requirement.principals());
    others.removeAll(certified);
    Set<String> able = new TreeSet<>(KeyAssignment.largest(others, keys));
    requirement.principals().stream().filter(certified::contains).forEach(able::add);
    return new TrustResource.Requirement(
        requirement.count() + " of " + String.join(",", requirement.principals()),
        able.size() >= requirement.count(),
        List.copyOf(able));
  }
}
