package dev.pointsman.fuzz;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest;

/** {@code release.json}: what is read can be written, and is then read as the same. */
public final class ManifestFuzz {
  private ManifestFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    Property.holds(() -> check(input));
  }

  private static Manifest check(byte[] input) throws Rejected {
    Manifest manifest = Manifest.parse(input);
    Manifest again;
    try {
      again = Manifest.parse(manifest.toJson());
    } catch (Rejected e) {
      throw new AssertionError("what was read cannot be read again: " + e.getMessage(), e);
    }
    Property.require(again.equals(manifest), "another manifest when read again", manifest);
    return manifest;
  }
}
