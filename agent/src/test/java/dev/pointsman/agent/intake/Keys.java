package dev.pointsman.agent.intake;

import java.security.GeneralSecurityException;

/** The keys of people who should not be able to release anything. */
final class Keys {
  static final SoftwareKey STRANGER = make();

  /** Trusted, but not by whom the app requires. */
  static final SoftwareKey OPS = make();

  static final SoftwareKey EXPIRED = make();
  static final SoftwareKey EARLY = make();
  static final SoftwareKey REVOKED = make();
  static final SoftwareKey FOR_GIT = make();

  /** A security key of the principal that the app requires. */
  static final SoftwareKey TOUCHED = make();

  private Keys() {}

  static String signers(SoftwareKey ci) {
    return String.join(
        "\n",
        "ci@web namespaces=\"release.v1@pointsman\" " + ci.publicKey(),
        "ci@web " + TOUCHED.securityKey(),
        "ops@web " + OPS.publicKey(),
        "ci@web valid-before=\"20250101Z\" " + EXPIRED.publicKey(),
        "ci@web valid-after=\"20990101Z\" " + EARLY.publicKey(),
        "ci@web " + REVOKED.publicKey(),
        "ci@web namespaces=\"git\" " + FOR_GIT.publicKey(),
        "");
  }

  static String revoked() {
    return REVOKED.publicKey() + "\n";
  }

  private static SoftwareKey make() {
    try {
      return new SoftwareKey();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }
}
