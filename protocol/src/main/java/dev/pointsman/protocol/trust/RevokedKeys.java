package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.TrustFile.Line;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Keys that are never trusted again, whatever else says so. One a line: a public key as in a {@code
 * .pub} file, of any kind, or its {@code SHA256:} fingerprint; a comment may follow. An authority's
 * key takes all its certificates along, a certificate its key; {@code serial:N} or {@code
 * serial:N-M} before the fingerprint of an authority revokes single certificates. Immutable; any
 * thread.
 */
public final class RevokedKeys {
  /** Where nothing is revoked. */
  public static final RevokedKeys NONE = new RevokedKeys(Set.of(), List.of());

  /** The most lines that name something. */
  static final int MAX_LINES = 65_536;

  private static final byte[] KRL = "SSHKRL\n\0".getBytes(StandardCharsets.US_ASCII);
  private static final Pattern FINGERPRINT = Pattern.compile("SHA256:[A-Za-z0-9+/]{43}");
  private static final Pattern SERIAL = Pattern.compile("serial:(\\d{1,20})(?:-(\\d{1,20}))?");
  private static final Pattern BLANKS = Pattern.compile("[ \t]+");

  private final Set<String> fingerprints;
  private final List<Serials> serials;

  /** Certificates of one authority. */
  private record Serials(String authority, long first, long last) {
    boolean has(SshCertificate certificate) {
      return certificate.authority().fingerprint().equals(authority)
          && Long.compareUnsigned(certificate.serial(), first) >= 0
          && Long.compareUnsigned(certificate.serial(), last) <= 0;
    }
  }

  private RevokedKeys(Set<String> fingerprints, List<Serials> serials) {
    this.fingerprints = Set.copyOf(fingerprints);
    this.serials = List.copyOf(serials);
  }

  /**
   * Reads a whole file.
   *
   * @throws Rejected with {@code agent.trust}, naming the line, where anything in it is not
   *     understood
   */
  public static RevokedKeys parse(byte[] file) throws Rejected {
    if (file.length >= KRL.length && Arrays.equals(Arrays.copyOf(file, KRL.length), KRL)) {
      throw refused("is a binary key revocation list; list keys or SHA256: fingerprints instead");
    }
    List<Line> lines = TrustFile.lines(file, "revoked");
    if (lines.size() > MAX_LINES) {
      throw refused("has " + lines.size() + " entries, more than " + MAX_LINES);
    }
    Set<String> fingerprints = new HashSet<>();
    List<Serials> serials = new ArrayList<>();
    for (Line line : lines) {
      String[] fields = BLANKS.split(line.text(), 3);
      if (fields[0].startsWith("serial:")) {
        serials.add(serials(line, fields));
      } else {
        fingerprints.addAll(fingerprints(line, fields));
      }
    }
    return new RevokedKeys(fingerprints, serials);
  }

  /** Whether {@code key} is one of them. */
  public boolean contains(SshPublicKey key) {
    return fingerprints.contains(key.fingerprint());
  }

  /** What of {@code signature} is revoked: its key, or anything that vouches for it. */
  Optional<String> objection(SshSignature signature) {
    if (contains(signature.key())) {
      return Optional.of("the key " + signature.key() + " is revoked");
    }
    if (signature.certificate().isEmpty()) {
      return Optional.empty();
    }
    SshCertificate certificate = signature.certificate().get();
    if (contains(certificate.authority())) {
      return Optional.of("the authority " + certificate.authority() + " is revoked");
    }
    boolean revoked =
        fingerprints.contains(certificate.fingerprint())
            || serials.stream().anyMatch(range -> range.has(certificate));
    return revoked
        ? Optional.of("the " + certificate + " for the key " + signature.key() + " is revoked")
        : Optional.empty();
  }

  /** What either revokes. */
  public RevokedKeys and(RevokedKeys other) {
    Set<String> both = new HashSet<>(fingerprints);
    both.addAll(other.fingerprints);
    List<Serials> ranges = new ArrayList<>(serials);
    ranges.addAll(other.serials);
    return new RevokedKeys(both, ranges);
  }

  private static List<String> fingerprints(Line line, String[] fields) throws Rejected {
    if (FINGERPRINT.matcher(fields[0]).matches()) {
      return List.of(fields[0]);
    }
    if (fields[0].startsWith("SHA256:") || fields.length < 2) {
      throw line.refused("expected a public key, or SHA256: and 43 characters");
    }
    byte[] blob = TrustFile.keyBlob(line, fields[0], fields[1]);
    if (!SshCertificate.isType(fields[0])) {
      return List.of(SshPublicKey.fingerprint(blob));
    }
    try {
      SshCertificate certificate = SshCertificate.parse(blob);
      return List.of(certificate.fingerprint(), certificate.key().fingerprint());
    } catch (Rejected e) {
      throw line.refused(e.detail());
    }
  }

  private static Serials serials(Line line, String[] fields) throws Rejected {
    Matcher matcher = SERIAL.matcher(fields[0]);
    boolean whole =
        matcher.matches() && fields.length > 1 && FINGERPRINT.matcher(fields[1]).matches();
    try {
      long first = whole ? Long.parseUnsignedLong(matcher.group(1)) : 0;
      long last =
          whole && matcher.group(2) != null ? Long.parseUnsignedLong(matcher.group(2)) : first;
      if (whole && Long.compareUnsigned(first, last) <= 0) {
        return new Serials(fields[1], first, last);
      }
    } catch (NumberFormatException e) {
      // Said below, with everything else that is wrong here.
    }
    throw line.refused("expected serial:N or serial:N-M, then SHA256: of the authority's key");
  }

  private static Rejected refused(String rule) {
    return new Rejected(ErrorCode.AGENT_TRUST, "revoked " + rule, "revoked");
  }
}
