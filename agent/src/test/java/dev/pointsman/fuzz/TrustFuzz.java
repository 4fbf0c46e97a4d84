package dev.pointsman.fuzz;

import dev.pointsman.protocol.trust.AllowedSigners;
import dev.pointsman.protocol.trust.RevokedKeys;

/** The files and settings that say who is trusted: {@code allowed_signers}, {@code revoked}. */
public final class TrustFuzz {
  private TrustFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    Property.holds(() -> AllowedSigners.parse(input).principals())
        .value()
        .ifPresent(names ->
            names.forEach(name ->
                Property.require(name.matches("[!-~]{1,128}"), "a strange principal", name)));
    Property.holds(() -> RevokedKeys.parse(input));
  }
}
