package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * What {@code ssh-keygen -Y sign} makes (OpenSSH's PROTOCOL.sshsig, version 1). Parsing alone says
 * nothing about trust: the key in it is the signer's own claim, of use only to look up a trusted
 * one.
 *
 * <p>Immutable; any thread.
 */
public final class SshSignature {
  /** The largest armored signature, bytes. */
  public static final int MAX_BYTES = 8 << 10;

  private static final byte[] MAGIC = "SSHSIG".getBytes(StandardCharsets.US_ASCII);
  private static final int VERSION = 1;

  private final SshPublicKey key;
  private final Optional<SshCertificate> certificate;
  private final String namespace;
  private final String hashName;
  private final Sha2 hash;
  private final byte[] signature;

  private SshSignature(byte[] blob, String namespace, String hashName, byte[] signature)
      throws Rejected {
    String type = new WireReader(blob, "the public key").text();
    this.certificate =
        SshCertificate.isType(type) ? Optional.of(SshCertificate.parse(blob)) : Optional.empty();
    this.key = certificate.isPresent() ? certificate.get().key() : SshPublicKey.parse(blob);
    this.namespace = namespace;
    this.hashName = hashName;
    this.hash =
        switch (hashName) {
          case "sha256" -> Sha2.SHA256;
          case "sha512" -> Sha2.SHA512;
          default ->
              throw new Rejected(
                  ErrorCode.SIG_ALGORITHM,
                  "the signature's hash is '" + Shown.of(hashName) + "', not sha256 or sha512");
        };
    this.signature = signature;
  }

  /**
   * Reads one armored signature, the whole content of a {@code .sig} file.
   *
   * @throws Rejected with {@code sig.malformed} or {@code sig.algorithm}
   */
  public static SshSignature parse(byte[] armored) throws Rejected {
    if (armored.length > MAX_BYTES) {
      throw WireReader.malformed(
          "the signature has " + armored.length + " bytes, more than " + MAX_BYTES);
    }
    WireReader reader = new WireReader(Armor.open(armored), "the signature");
    if (!Arrays.equals(reader.raw(MAGIC.length), MAGIC)) {
      throw WireReader.malformed("the signature is not one of ssh-keygen -Y sign");
    }
    int version = reader.uint32();
    if (version != VERSION) {
      throw WireReader.malformed(
          "the signature is of version " + Integer.toUnsignedString(version) + ", not 1");
    }
    byte[] key = reader.string();
    String namespace = reader.text();
    if (reader.string().length > 0) {
      throw WireReader.malformed("the signature's reserved field is not empty");
    }
    String hash = reader.text();
    byte[] signature = reader.string();
    reader.end();
    return new SshSignature(key, namespace, hash, signature);
  }

  /** The key that the signature names, or that its certificate is about. */
  public SshPublicKey key() {
    return key;
  }

  /** What the signature says of whose its key is. */
  Optional<SshCertificate> certificate() {
    return certificate;
  }

  /** What the signature was made for. */
  public String namespace() {
    return namespace;
  }

  /**
   * Checks that {@code trusted} signed {@code data} for {@link #namespace}.
   *
   * @throws Rejected with {@code sig.bad}, {@code sig.untrusted} where the signature names another
   *     key, {@code sig.algorithm} or {@code sig.malformed}
   */
  public void verify(SshPublicKey trusted, byte[] data) throws Rejected {
    if (!trusted.equals(key)) {
      throw new Rejected(
          ErrorCode.SIG_UNTRUSTED, "the signature is by " + key + ", not by " + trusted);
    }
    byte[] message =
        new WireWriter()
            .raw(MAGIC)
            .text(namespace)
            .text("")
            .text(hashName)
            .string(hash.of(data))
            .toBytes();
    trusted.verify(signature, message);
  }
}
