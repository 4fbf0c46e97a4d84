package dev.pointsman.protocol.trust;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;

/** The two hashes of SSH signatures. */
enum Sha2 {
  SHA256("SHA-256"),
  SHA512("SHA-512");

  private final String algorithm;

  Sha2(String algorithm) {
    this.algorithm = algorithm;
  }

  byte[] of(byte[] bytes) {
    try {
      return MessageDigest.getInstance(algorithm, Providers.HASH).digest(bytes);
    } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
      throw new IllegalStateException("this Java runtime lacks " + algorithm, e);
    }
  }
}
