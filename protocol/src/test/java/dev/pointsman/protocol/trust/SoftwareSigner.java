package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.math.BigInteger;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.interfaces.RSAPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;

/**
 * Makes signatures that ssh-keygen would not make, or not without a piece of hardware. Every part
 * of the structure can be replaced.
 */
final class SoftwareSigner {
  static final String NAMESPACE = "release.v1@pointsman";

  private static KeyPair rsaPair;

  private SoftwareSigner() {}

  /** The parts of a signature file; {@code with...} makes a copy with another part. */
  record Parts(
      String magic,
      int version,
      byte[] key,
      String namespace,
      String reserved,
      String hash,
      byte[] signature,
      byte[] after) {

    Parts(byte[] key, String hash, byte[] signature) {
      this("SSHSIG", 1, key, NAMESPACE, "", hash, signature, new byte[0]);
    }

    Parts withMagic(String other) {
      return new Parts(other, version, key, namespace, reserved, hash, signature, after);
    }

    Parts withVersion(int other) {
      return new Parts(magic, other, key, namespace, reserved, hash, signature, after);
    }

    Parts withKey(byte[] other) {
      return new Parts(magic, version, other, namespace, reserved, hash, signature, after);
    }

    Parts withReserved(String other) {
      return new Parts(magic, version, key, namespace, other, hash, signature, after);
    }

    Parts withHash(String other) {
      return new Parts(magic, version, key, namespace, reserved, other, signature, after);
    }

    Parts withSignature(byte[] other) {
      return new Parts(magic, version, key, namespace, reserved, hash, other, after);
    }

    Parts withAfter(byte[] other) {
      return new Parts(magic, version, key, namespace, reserved, hash, signature, other);
    }

    byte[] armored() {
      return armor(
          new WireWriter()
              .raw(magic.getBytes(US_ASCII))
              .uint32(version)
              .string(key)
              .text(namespace)
              .text(reserved)
              .text(hash)
              .string(signature)
              .raw(after)
              .toBytes());
    }
  }

  /** The parts of {@code armored}, as made by ssh-keygen. */
  static Parts take(byte[] armored) throws Exception {
    WireReader reader = new WireReader(dearmor(armored), "the test's signature");
    String magic = new String(reader.raw(6), US_ASCII);
    return new Parts(
        magic,
        reader.uint32(),
        reader.string(),
        reader.text(),
        reader.text(),
        reader.text(),
        reader.string(),
        new byte[0]);
  }

  static byte[] dearmor(byte[] armored) {
    String base64 = new String(armored, US_ASCII).replaceAll("-----[^-]+-----|\\s", "");
    return Base64.getDecoder().decode(base64);
  }

  static byte[] armor(byte[] blob) {
    return ("-----BEGIN SSH SIGNATURE-----\n"
            + Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob)
            + "\n-----END SSH SIGNATURE-----\n")
        .getBytes(US_ASCII);
  }

  /** What is signed. */
  static byte[] message(byte[] data, String namespace) throws Exception {
    return new WireWriter()
        .raw("SSHSIG".getBytes(US_ASCII))
        .text(namespace)
        .text("")
        .text("sha512")
        .string(MessageDigest.getInstance("SHA-512").digest(data))
        .toBytes();
  }

  /** A security key that is not one: its private key is in memory. */
  static final class SoftSecurityKey {
    private final String type;
    private final KeyPair pair;

    SoftSecurityKey() throws Exception {
      this(false);
    }

    SoftSecurityKey(boolean ecdsa) throws Exception {
      KeyPairGenerator generator = KeyPairGenerator.getInstance(ecdsa ? "EC" : "Ed25519");
      if (ecdsa) {
        generator.initialize(new ECGenParameterSpec("secp256r1"));
      }
      type = ecdsa ? "sk-ecdsa-sha2-nistp256@openssh.com" : "sk-ssh-ed25519@openssh.com";
      pair = generator.generateKeyPair();
    }

    byte[] blob() {
      if (pair.getPublic() instanceof ECPublicKey key) {
        return new WireWriter()
            .text(type)
            .text("nistp256")
            .string(point(key.getW()))
            .text("ssh:")
            .toBytes();
      }
      byte[] x509 = pair.getPublic().getEncoded();
      return new WireWriter()
          .text(type)
          .string(Arrays.copyOfRange(x509, x509.length - 32, x509.length))
          .text("ssh:")
          .toBytes();
    }

    String publicLine() {
      return type + " " + Base64.getEncoder().encodeToString(blob());
    }

    Parts sign(byte[] data, int flags, byte[] after) throws Exception {
      MessageDigest sha256 = MessageDigest.getInstance("SHA-256");
      byte[] signed =
          new WireWriter()
              .raw(sha256.digest("ssh:".getBytes(US_ASCII)))
              .octet((byte) flags)
              .uint32(77)
              .raw(sha256.digest(message(data, NAMESPACE)))
              .toBytes();
      byte[] signature =
          new WireWriter()
              .text(type)
              .string(raw(signed))
              .octet((byte) flags)
              .uint32(77)
              .raw(after)
              .toBytes();
      return new Parts(blob(), "sha512", signature);
    }

    private byte[] raw(byte[] signed) throws Exception {
      boolean ecdsa = pair.getPublic() instanceof ECPublicKey;
      Signature signer = Signature.getInstance(ecdsa ? "SHA256withECDSAinP1363Format" : "Ed25519");
      signer.initSign(pair.getPrivate());
      signer.update(signed);
      byte[] raw = signer.sign();
      return ecdsa
          ? new WireWriter()
              .string(new BigInteger(1, raw, 0, 32).toByteArray())
              .string(new BigInteger(1, raw, 32, 32).toByteArray())
              .toBytes()
          : raw;
    }
  }

  /** A good RSA key whose signature is of any kind. */
  static Parts rsa(byte[] data, String sshAlgorithm, String jdkAlgorithm) throws Exception {
    KeyPair pair = rsaPair();
    byte[] signature = rsaSign(pair, data, jdkAlgorithm);
    return new Parts(
        rsaBlob(pair), "sha512", new WireWriter().text(sshAlgorithm).string(signature).toBytes());
  }

  /** One for all tests: making it takes seconds. */
  private static KeyPair rsaPair() throws Exception {
    if (rsaPair == null) {
      KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
      generator.initialize(3072);
      rsaPair = generator.generateKeyPair();
    }
    return rsaPair;
  }

  private static byte[] rsaBlob(KeyPair pair) {
    RSAPublicKey key = (RSAPublicKey) pair.getPublic();
    return new WireWriter()
        .text("ssh-rsa")
        .string(key.getPublicExponent().toByteArray())
        .string(key.getModulus().toByteArray())
        .toBytes();
  }

  private static byte[] rsaSign(KeyPair pair, byte[] data, String algorithm) throws Exception {
    Signature signer = Signature.getInstance(algorithm);
    signer.initSign(pair.getPrivate());
    signer.update(message(data, NAMESPACE));
    return signer.sign();
  }

  /** ECDSA with P-256, r or s below 2^248: one signature in 128 is like that. */
  static Parts ecdsaWithAShortNumber(byte[] data) throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    KeyPair pair = generator.generateKeyPair();
    ECPoint point = ((ECPublicKey) pair.getPublic()).getW();
    Signature signer = Signature.getInstance("SHA256withECDSAinP1363Format");
    for (int attempt = 0; attempt < 20_000; attempt++) {
      signer.initSign(pair.getPrivate());
      signer.update(message(data, NAMESPACE));
      byte[] raw = signer.sign();
      if (raw[0] == 0 || raw[32] == 0) {
        byte[] r = new BigInteger(1, raw, 0, 32).toByteArray();
        byte[] s = new BigInteger(1, raw, 32, 32).toByteArray();
        byte[] numbers = new WireWriter().string(r).string(s).toBytes();
        return new Parts(
            p256Key(point),
            "sha512",
            new WireWriter().text("ecdsa-sha2-nistp256").string(numbers).toBytes());
      }
    }
    throw new IllegalStateException("no short number in 20,000 signatures");
  }

  private static byte[] p256Key(ECPoint point) {
    return new WireWriter()
        .text("ecdsa-sha2-nistp256")
        .text("nistp256")
        .string(point(point))
        .toBytes();
  }

  private static byte[] point(ECPoint point) {
    return HexFormat.of()
        .parseHex("04%064x%064x".formatted(point.getAffineX(), point.getAffineY()));
  }
}
