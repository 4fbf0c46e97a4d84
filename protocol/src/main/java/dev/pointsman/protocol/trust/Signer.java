package dev.pointsman.protocol.trust;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * One line of {@code allowed_signers}: a key, whose it is, and when and for what it counts.
 *
 * @param line where it stands, counted from 1
 * @param principals who signs with the key; of an authority: patterns of whom it may vouch for
 * @param authority whether the key signs certificates, and nothing else
 * @param namespaces what for; empty: anything
 * @param validAfter the first moment at which it counts
 * @param validBefore the last moment at which it counts
 */
record Signer(
    int line,
    List<String> principals,
    boolean authority,
    List<SshPattern> namespaces,
    Optional<Instant> validAfter,
    Optional<Instant> validBefore,
    SshPublicKey key) {
  Signer {
    principals = List.copyOf(principals);
    namespaces = List.copyOf(namespaces);
  }

  /** Why the key does not count for {@code namespace} at {@code now}; empty where it does. */
  Optional<String> objection(String namespace, Instant now) {
    if (!namespaces.isEmpty() && !SshPattern.matches(namespaces, namespace)) {
      return Optional.of("is not allowed to sign for " + namespace);
    }
    if (validAfter.isPresent() && now.isBefore(validAfter.get())) {
      return Optional.of("is not valid before " + validAfter.get());
    }
    if (validBefore.isPresent() && now.isAfter(validBefore.get())) {
      return Optional.of("was valid until " + validBefore.get());
    }
    return Optional.empty();
  }

  /** Those whom an authority names in a certificate, and may. */
  SortedSet<String> among(List<String> named) {
    List<SshPattern> patterns = principals.stream().map(SshPattern::of).toList();
    SortedSet<String> allowed = new TreeSet<>();
    for (String name : named) {
      if (SignerLine.isPrincipal(name) && SshPattern.matches(patterns, name)) {
        allowed.add(name);
      }
    }
    return allowed;
  }
}
