package dev.pointsman.protocol.trust;

/**
 * Where cryptography comes from: the JDK's own providers by name, so that one which somebody put
 * before them has no say in what is trusted.
 */
final class Providers {
  /** Hashes. */
  static final String HASH = "SUN";

  /** RSA. */
  static final String RSA = "SunRsaSign";

  /** Elliptic curves: ECDSA and Ed25519. */
  static final String CURVES = "SunEC";

  private Providers() {}
}
