package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.math.BigInteger;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.RSAPublicKeySpec;

/**
 * {@code ssh-rsa} with SHA-2 (RFC 8332): 3072 bits and more, and not so many that a check takes
 * long.
 */
record RsaKey(PublicKey key, int bits) implements VerificationKey {
  static final String TYPE = "ssh-rsa";

  private static final int LEAST_BITS = 3072;
  private static final int MOST_BITS = 16384;
  private static final int MOST_EXPONENT_BITS = 64;

  static RsaKey read(WireReader blob) throws Rejected {
    BigInteger exponent = blob.mpint();
    BigInteger modulus = blob.mpint();
    int bits = modulus.bitLength();
    if (bits < LEAST_BITS || bits > MOST_BITS) {
      throw new Rejected(
          ErrorCode.SIG_ALGORITHM,
          "an RSA key of " + bits + " bits; " + LEAST_BITS + " to " + MOST_BITS + " are accepted");
    }
    if (exponent.bitLength() < 2
        || exponent.bitLength() > MOST_EXPONENT_BITS
        || !exponent.testBit(0)) {
      throw new Rejected(ErrorCode.SIG_ALGORITHM, "an RSA key with an unusual exponent");
    }
    try {
      return new RsaKey(
          KeyFactory.getInstance("RSA", Providers.RSA)
              .generatePublic(new RSAPublicKeySpec(modulus, exponent)),
          bits);
    } catch (InvalidKeySpecException e) {
      throw WireReader.malformed("the RSA key cannot be used: " + e.getMessage());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime lacks RSA", e);
    }
  }

  @Override
  public boolean verifies(String algorithm, WireReader signature, byte[] message) throws Rejected {
    Algorithm jdkAlgorithm =
        switch (algorithm) {
          case "rsa-sha2-256" -> new Algorithm("SHA256withRSA", Providers.RSA);
          case "rsa-sha2-512" -> new Algorithm("SHA512withRSA", Providers.RSA);
          default ->
              throw new Rejected(
                  ErrorCode.SIG_ALGORITHM,
                  "RSA signatures of type '" + Shown.of(algorithm) + "' are not accepted");
        };
    byte[] raw = signature.string();
    signature.end();
    return VerificationKey.check(jdkAlgorithm, key, message, padded(raw));
  }

  /** SSH leaves leading zeros out, the JDK wants them. */
  private byte[] padded(byte[] raw) throws Rejected {
    int length = (bits + Byte.SIZE - 1) / Byte.SIZE;
    if (raw.length > length) {
      throw WireReader.malformed("the RSA signature is larger than its key");
    }
    byte[] padded = new byte[length];
    System.arraycopy(raw, 0, padded, length - raw.length, raw.length);
    return padded;
  }
}
