package dev.pointsman.protocol.trust;

import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/**
 * Counts principals by giving each a verified key of its own: a key that two principals share makes
 * one of them count, not both. The largest such assignment, found by augmenting paths; there are at
 * most as many keys as signatures.
 */
final class KeyAssignment {
  private final Map<String, Set<SshPublicKey>> keys;
  private final Map<SshPublicKey, String> holders = new HashMap<>();

  private KeyAssignment(Map<String, Set<SshPublicKey>> keys) {
    this.keys = keys;
  }

  /** As many of {@code principals} as can have a key of their own among {@code keys}. */
  static Set<String> largest(List<String> principals, Map<String, Set<SshPublicKey>> keys) {
    KeyAssignment assignment = new KeyAssignment(keys);
    for (String principal : principals) {
      assignment.give(principal, new HashSet<>());
    }
    return new TreeSet<>(assignment.holders.values());
  }

  /** Whether {@code principal} got a key, perhaps by moving others to other keys of theirs. */
  private boolean give(String principal, Set<SshPublicKey> tried) {
    for (SshPublicKey key : keys.getOrDefault(principal, Set.of())) {
      if (tried.add(key)) {
        String holder = holders.get(key);
        if (holder == null || give(holder, tried)) {
          holders.put(key, principal);
          return true;
        }
      }
    }
    return false;
  }
}
