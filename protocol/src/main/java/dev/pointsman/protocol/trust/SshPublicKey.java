package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.util.Arrays;
import java.util.Base64;

/**
 * A public key of a kind that is accepted here. Two keys are the same where their bytes are.
 *
 * <p>Immutable; any thread.
 */
public final class SshPublicKey {
  private final String type;
  private final byte[] blob;
  private final VerificationKey verification;

  private SshPublicKey(String type, byte[] blob, VerificationKey verification) {
    this.type = type;
    this.blob = blob;
    this.verification = verification;
  }

  /**
   * The key in {@code blob}, the bytes that base64 stands for in a {@code .pub} file.
   *
   * @throws Rejected with {@code sig.algorithm} or {@code sig.malformed}
   */
  public static SshPublicKey parse(byte[] blob) throws Rejected {
    byte[] own = blob.clone();
    WireReader reader = new WireReader(own, "the public key");
    String type = reader.text();
    return new SshPublicKey(type, own, VerificationKey.read(type, reader));
  }

  /** As {@code ssh-ed25519}. */
  public String type() {
    return type;
  }

  /** As {@code ssh-keygen -l} prints it: {@code SHA256:} and 43 characters. */
  public String fingerprint() {
    return fingerprint(blob);
  }

  /** The fingerprint of any key, also of one that would not be accepted. */
  static String fingerprint(byte[] blob) {
    return "SHA256:" + Base64.getEncoder().withoutPadding().encodeToString(Sha2.SHA256.of(blob));
  }

  /**
   * Checks a signature's blob.
   *
   * @throws Rejected with {@code sig.bad}, {@code sig.algorithm} or {@code sig.malformed}
   */
  void verify(byte[] signature, byte[] message) throws Rejected {
    WireReader reader = new WireReader(signature, "the signature");
    String algorithm = reader.text();
    if (!verification.verifies(algorithm, reader, message)) {
      throw new Rejected(
          ErrorCode.SIG_BAD, "the signature by " + this + " was made over other bytes");
    }
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof SshPublicKey key && Arrays.equals(blob, key.blob);
  }

  @Override
  public int hashCode() {
    return Arrays.hashCode(blob);
  }

  /** Type and fingerprint. */
  @Override
  public String toString() {
    return type + " " + fingerprint();
  }
}
