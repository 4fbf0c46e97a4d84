package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
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
  /** The most lines that name a key. */
  static final int MAX_LINES = 4_096;

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
    List<Line> lines = TrustFile.lines(file, "allowed_signers");
    if (lines.size() > MAX_LINES) {
      throw new Rejected(
          ErrorCode.AGENT_TRUST,
          "allowed_signers names " + lines.size() + " keys, more than " + MAX_LINES,
          "allowed_signers");
    }
    List<Signer> signers = new ArrayList<>();
    for (Line line : lines) {
      signers.add(SignerLine.read(line));
    }
    return new AllowedSigners(signers);
  }

  /** Everybody who is named, valid now or not; of authorities, the patterns. */
  public SortedSet<String> principals() {
    SortedSet<String> principals = new TreeSet<>();
    signers.forEach(signer -> principals.addAll(signer.principals()));
    return Collections.unmodifiableSortedSet(principals);
  }

  /** Every line, in the order of the file. */
  List<Signer> all() {
    return signers;
  }

  /** The lines that list {@code key} as somebody's own. */
  List<Signer> withKey(SshPublicKey key) {
    return signers.stream()
        .filter(signer -> !signer.authority() && signer.key().equals(key))
        .toList();
  }

  /** The lines that list {@code key} as one that signs certificates. */
  List<Signer> withAuthority(SshPublicKey key) {
    return signers.stream()
        .filter(signer -> signer.authority() && signer.key().equals(key))
        .toList();
  }
}
