package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * An OpenSSH certificate ({@code PROTOCOL.certkeys}): an authority's word that a key belongs to
 * somebody for a while. Immutable; any thread.
 */
final class SshCertificate {
  private static final String SUFFIX = "-cert-v01@openssh.com";
  private static final int USER = 1;

  private final byte[] blob;
  private final SshPublicKey key;
  private final long serial;
  private final int kind;
  private final String keyId;
  private final List<String> principals;
  private final long validAfter;
  private final long validBefore;
  private final List<String> criticalOptions;
  private final SshPublicKey authority;
  private final int signedLength;
  private final byte[] signature;

  private SshCertificate(byte[] blob, WireReader reader) throws Rejected {
    this.blob = blob;
    this.key = plainKey(reader);
    this.serial = reader.uint64();
    this.kind = reader.uint32();
    this.keyId = reader.text();
    this.principals = texts(reader.string(), "the certificate's principals");
    this.validAfter = reader.uint64();
    this.validBefore = reader.uint64();
    this.criticalOptions = optionNames(reader.string());
    optionNames(reader.string()); // Extensions grant what a login may do: nothing here.
    reader.string(); // Reserved: whoever may sign certificates decides what is in it.
    this.authority = SshPublicKey.parse(reader.string());
    this.signedLength = reader.position();
    this.signature = reader.string();
    reader.end();
  }

  /** Whether a blob of {@code type} is a certificate. */
  static boolean isType(String type) {
    return type.endsWith(SUFFIX);
  }

  /** The certificate that is all of {@code blob}; its signature is not looked at yet. */
  static SshCertificate parse(byte[] blob) throws Rejected {
    byte[] own = blob.clone();
    return new SshCertificate(own, new WireReader(own, "the certificate"));
  }

  /** The certified key: the type without its suffix, and the same fields but for the nonce. */
  private static SshPublicKey plainKey(WireReader reader) throws Rejected {
    String type = reader.text();
    String plain = isType(type) ? type.substring(0, type.length() - SUFFIX.length()) : type;
    if (plain.startsWith("sk-")) {
      plain += "@openssh.com";
    }
    int fields =
        switch (plain) {
          case Ed25519Key.TYPE -> 1;
          case SecurityKey.ED25519, RsaKey.TYPE -> 2;
          case "ecdsa-sha2-nistp256", "ecdsa-sha2-nistp384", "ecdsa-sha2-nistp521" -> 2;
          case SecurityKey.ECDSA -> 3;
          default ->
              throw new Rejected(
                  ErrorCode.SIG_ALGORITHM,
                  "certificates of type '" + Shown.of(type) + "' are not accepted");
        };
    reader.string(); // The nonce.
    WireWriter blob = new WireWriter().text(plain);
    for (int i = 0; i < fields; i++) {
      blob.string(reader.string());
    }
    return SshPublicKey.parse(blob.toBytes());
  }

  private static List<String> texts(byte[] packed, String what) throws Rejected {
    WireReader reader = new WireReader(packed, what);
    List<String> texts = new ArrayList<>();
    while (reader.hasMore()) {
      texts.add(reader.text());
    }
    return List.copyOf(texts);
  }

  private static List<String> optionNames(byte[] packed) throws Rejected {
    WireReader reader = new WireReader(packed, "an option of the certificate");
    List<String> names = new ArrayList<>();
    while (reader.hasMore()) {
      names.add(reader.text());
      reader.string();
    }
    return List.copyOf(names);
  }

  /** The key that is certified. */
  SshPublicKey key() {
    return key;
  }

  /** The key of who certified it. */
  SshPublicKey authority() {
    return authority;
  }

  /** The number that the authority gave it, unsigned. */
  long serial() {
    return serial;
  }

  /** Whose the key is, by the authority's word. */
  List<String> principals() {
    return principals;
  }

  /** What {@code SHA256:} of all its bytes is. */
  String fingerprint() {
    return SshPublicKey.fingerprint(blob);
  }

  /** Checks the authority's own signature; {@code sig.bad} where it is not over these bytes. */
  void verify() throws Rejected {
    try {
      authority.verify(signature, Arrays.copyOf(blob, signedLength));
    } catch (Rejected e) {
      throw e.code() == ErrorCode.SIG_BAD
          ? new Rejected(ErrorCode.SIG_BAD, this + " was not made by its authority " + authority)
          : e;
    }
  }

  /** Why it says nothing about a signer at {@code now}; empty where it does. */
  Optional<String> objection(Instant now) {
    if (kind != USER) {
      return Optional.of("is not a user's certificate");
    }
    if (!criticalOptions.isEmpty()) {
      return Optional.of(
          "has the critical option '" + Shown.of(criticalOptions.getFirst()) + "', unknown here");
    }
    if (principals.isEmpty()) {
      return Optional.of("names no principal");
    }
    long second = now.getEpochSecond();
    if (Long.compareUnsigned(second, validAfter) < 0) {
      return Optional.of("is not valid before " + time(validAfter));
    }
    if (Long.compareUnsigned(second, validBefore) >= 0) {
      return Optional.of("was valid until " + time(validBefore));
    }
    return Optional.empty();
  }

  private static String time(long seconds) {
    return seconds < 0 || seconds > Instant.MAX.getEpochSecond()
        ? Long.toUnsignedString(seconds)
        : Instant.ofEpochSecond(seconds).toString();
  }

  /** Its id and number, as the authority wrote them. */
  @Override
  public String toString() {
    return "certificate '%s' (serial %s)".formatted(Shown.of(keyId), Long.toUnsignedString(serial));
  }
}
