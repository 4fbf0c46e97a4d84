package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.TrustFile.Line;
import java.util.HashSet;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * Keys that are never trusted again, whatever else says so. One a line: a public key as in a {@code
 * .pub} file, of any kind, or its {@code SHA256:} fingerprint; a comment may follow. Immutable; any
 * thread.
 */
public final class RevokedKeys {
  /** Where nothing is revoked. */
  public static final RevokedKeys NONE = new RevokedKeys(Set.of());

  private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");
  private static final Pattern BLANKS = Pattern.compile("[ \t]+");

  private final Set<String> fingerprints;

  private RevokedKeys(Set<String> fingerprints) {
    this.fingerprints = Set.copyOf(fingerprints);
  }

  /**
   * Reads a whole file.
   *
   * @throws Rejected with {@code agent.trust}, naming the line, where anything in it is not
   *     understood
   */
  public static RevokedKeys parse(byte[] file) throws Rejected {
    Set<String> fingerprints = new HashSet<>();
    for (Line line : TrustFile.lines(file, "revoked")) {
      fingerprints.add(fingerprint(line));
    }
    return new RevokedKeys(fingerprints);
  }

  /** Whether {@code key} is one of them. */
  public boolean contains(SshPublicKey key) {
    return fingerprints.contains(key.fingerprint());
  }

  private static String fingerprint(Line line) throws Rejected {
    String[] fields = BLANKS.split(line.text(), 3);
    if (FINGERPRINT.matcher(fields[0]).matches()) {
      return fields[0];
    }
    if (fields[0].startsWith("SHA256:") || fields.length < 2) {
      throw line.refused("expected a public key, or SHA256: and 43 characters");
    }
    return SshPublicKey.fingerprint(TrustFile.keyBlob(line, fields[0], fields[1]));
  }
}
