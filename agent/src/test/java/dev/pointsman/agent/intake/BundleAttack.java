package dev.pointsman.agent.intake;

/**
 * A bundle that must be refused.
 *
 * @param expected {@code STATUS CODE}
 * @param what the bundle tries
 * @param path where it is sent
 */
record BundleAttack(String expected, String what, String path, Making making) {
  /** Makes the bundle, with the key that is trusted at hand. */
  interface Making {
    byte[] make(SoftwareKey ci) throws Exception;
  }

  static BundleAttack of(String expected, String what, Making making) {
    return new BundleAttack(expected, what, AttackTableTest.RELEASE, making);
  }

  @Override
  public String toString() {
    return what + ": " + expected;
  }
}
