package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;

/**
 * {@code sk-ssh-ed25519@openssh.com}: an Ed25519 key in a piece of hardware, which also signs
 * whether somebody touched it (OpenSSH's PROTOCOL.u2f). Without the touch nothing counts.
 */
final class SecurityKey implements VerificationKey {
  static final String TYPE = "sk-ssh-ed25519@openssh.com";

  private static final int USER_PRESENT = 0x01;

  private final Ed25519Key key;
  private final byte[] applicationHash;

  private SecurityKey(Ed25519Key key, byte[] applicationHash) {
    this.key = key;
    this.applicationHash = applicationHash;
  }

  static SecurityKey read(WireReader blob) throws Rejected {
    return new SecurityKey(Ed25519Key.read(blob), Sha2.SHA256.of(blob.string()));
  }

  @Override
  public boolean verifies(String algorithm, WireReader signature, byte[] message) throws Rejected {
    VerificationKey.require(TYPE, algorithm);
    byte[] raw = Ed25519Key.readSignature(signature);
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
