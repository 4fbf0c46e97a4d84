package dev.pointsman.protocol.trust;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * One line of {@code allowed_signers}: a key, whose it is, and when and for what it counts.
 *
 * @param principals who signs with the key
 * @param namespaces what for; empty: anything
 * @param validAfter the first moment at which it counts
 * @param validBefore the last moment at which it counts
 */
record Signer(
    List<String> principals,
    Set<String> namespaces,
    Optional<Instant> validAfter,
    Optional<Instant> validBefore,
    SshPublicKey key) {
  Signer {
    principals = List.copyOf(principals);
    namespaces = Set.copyOf(namespaces);
  }

  /** Why the key does not count for {@code namespace} at {@code now}; empty where it does. */
  Optional<String> objection(String namespace, Instant now) {
    if (!namespaces.isEmpty() && !namespaces.contains(namespace)) {
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
}
