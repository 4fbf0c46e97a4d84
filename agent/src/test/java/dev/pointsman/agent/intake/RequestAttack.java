package dev.pointsman.agent.intake;

/**
 * A request that must be refused.
 *
 * @param expected {@code STATUS CODE} of the last answer
 * @param what the request tries
 */
record RequestAttack(String expected, String what, BundleAttack.Making making) {
  @Override
  public String toString() {
    return what + ": " + expected;
  }
}
