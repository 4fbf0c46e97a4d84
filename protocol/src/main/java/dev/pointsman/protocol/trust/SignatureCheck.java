package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.Rejected;
import java.util.Collections;
import java.util.Optional;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * What became of one signature.
 *
 * @param key the key that it names; empty where the signature could not be read
 * @param principals who can be counted for it
 * @param why one sentence; where it verified, by what
 * @param refusal why it refuses the whole request
 */
public record SignatureCheck(
    Outcome outcome,
    Optional<SshPublicKey> key,
    SortedSet<String> principals,
    String why,
    Optional<Rejected> refusal) {
  public SignatureCheck {
    principals = Collections.unmodifiableSortedSet(new TreeSet<>(principals));
  }

  /** What it comes to. */
  public enum Outcome {
    /** It is over these bytes, by a key that is trusted now. */
    VERIFIED,
    /** Its key is not trusted now, so that it is as if it were not there. */
    IGNORED,
    /** Nothing is accepted while it is there. */
    REFUSED
  }

  static SignatureCheck verified(SshPublicKey key, SortedSet<String> principals, String why) {
    return new SignatureCheck(
        Outcome.VERIFIED, Optional.of(key), principals, why, Optional.empty());
  }

  static SignatureCheck ignored(SshPublicKey key, String why) {
    return new SignatureCheck(
        Outcome.IGNORED, Optional.of(key), new TreeSet<>(Set.of()), why, Optional.empty());
  }

  static SignatureCheck refused(Optional<SshPublicKey> key, Rejected refusal) {
    return new SignatureCheck(
        Outcome.REFUSED, key, new TreeSet<>(Set.of()), refusal.detail(), Optional.of(refusal));
  }
}
