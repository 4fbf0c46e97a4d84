package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;

/**
 * A key in a piece of hardware, which also signs whether somebody touched it (OpenSSH's
 * PROTOCOL.u2f): {@code sk-ssh-ed25519@openssh.com} and {@code sk-ecdsa-sha2-nistp256@openssh.com}.
 * Without the touch nothing counts.
 */
final class SecurityKey implements VerificationKey {
  static final String ED25519 = "sk-ssh-ed25519@openssh.com";
  static final String ECDSA = "sk-ecdsa-sha2-nistp256@openssh.com";

  private static final int USER_PRESENT = 0x01;

  private final String type;
  private final Inner key;
  private final byte[] applicationHash;

  /** The key in the hardware. */
  sealed interface Inner permits Ed25519Key, EcdsaKey {
    /** Whether {@code signature}, without the name of its algorithm, is over {@code message}. */
    boolean verifies(byte[] signature, byte[] message) throws Rejected;
  }

  private SecurityKey(String type, Inner key, byte[] applicationHash) {
    this.type = type;
    this.key = key;
    this.applicationHash = applicationHash;
  }

  static SecurityKey ed25519(WireReader blob) throws Rejected {
    return new SecurityKey(ED25519, Ed25519Key.read(blob), Sha2.SHA256.of(blob.string()));
  }

  static SecurityKey ecdsa(WireReader blob) throws Rejected {
    return new SecurityKey(
        ECDSA, EcdsaKey.read(EcdsaKey.Curve.NISTP256, blob), Sha2.SHA256.of(blob.string()));
  }

  @Override
  public boolean verifies(String algorithm, WireReader signature, byte[] message) throws Rejected {
    VerificationKey.require(type, algorithm);
    byte[] raw = signature.string();
    byte flags = signature.octet();
    int counter = signature.uint32();
    signature.end();
    if ((flags & USER_PRESENT) == 0) {
      throw new Rejected(ErrorCode.SIG_ALGORITHM, "the security key signed without being touched");
    }
    byte[] signed =
        new WireWriter()
            .raw(applicationHash)
            .octet(flags)
            .uint32(counter)
            .raw(Sha2.SHA256.of(message))
            .toBytes();
    return key.verifies(raw, signed);
  }
}
