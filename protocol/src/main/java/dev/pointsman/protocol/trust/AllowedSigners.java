package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.TrustFile.Line;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/**
 * The keys that are trusted, as {@code allowed_signers} (ssh-keygen's format) lists them.
 * Immutable; any thread.
 */
public final class AllowedSigners {
  private final List<Signer> signers;

  private AllowedSigners(List<Signer> signers) {
    this.signers = List.copyOf(signers);
  }

  /**
   * Reads a whole file.
   *
   * @throws Rejected with {@code agent.trust}, naming the line, where anything in it is not
   *     understood
   */
  public static AllowedSigners parse(byte[] file) throws Rejected {
    List<Signer> signers = new ArrayList<>();
    for (Line line : TrustFile.lines(file, "allowed_signers")) {
      signers.add(SignerLine.read(line));
    }
    return new AllowedSigners(signers);
  }

  /** Everybody who is named, valid now or not. */
  public SortedSet<String> principals() {
    SortedSet<String> principals = new TreeSet<>();
    signers.forEach(signer -> principals.addAll(signer.principals()));
    return Collections.unmodifiableSortedSet(principals);
  }

  /** The lines that list {@code key}. */
  List<Signer> withKey(SshPublicKey key) {
    return signers.stream().filter(signer -> signer.key().equals(key)).toList();
  }
}
