package dev.pointsman.fuzz;

import dev.pointsman.fuzz.Property.Outcome;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.SshPublicKey;
import dev.pointsman.protocol.trust.SshSignature;
import java.nio.charset.StandardCharsets;
import java.util.Base64;

/**
 * Signatures: in their armor, and what is within it. One over other bytes than these is never found
 * good.
 */
public final class SignatureFuzz {
  private static final byte[] NEVER_SIGNED =
      "nobody signed this".getBytes(StandardCharsets.US_ASCII);

  private SignatureFuzz() {}

  /** What Jazzer calls. */
  public static void fuzzerTestOneInput(byte[] input) {
    check(input);
    check(armored(input));
    Property.holds(() -> SshPublicKey.parse(input));
  }

  private static void check(byte[] armored) {
    Outcome<SshSignature> outcome = Property.holds(() -> verify(armored));
    Property.require(!outcome.accepted(), "a signature over what nobody signed", outcome);
  }

  private static SshSignature verify(byte[] armored) throws Rejected {
    SshSignature signature = SshSignature.parse(armored);
    signature.verify(signature.key(), NEVER_SIGNED);
    return signature;
  }

  /** The blob as ssh-keygen would write it. */
  static byte[] armored(byte[] blob) {
    String base64 = Base64.getMimeEncoder(70, new byte[] {'\n'}).encodeToString(blob);
    String text = "-----BEGIN SSH SIGNATURE-----\n" + base64 + "\n-----END SSH SIGNATURE-----\n";
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
