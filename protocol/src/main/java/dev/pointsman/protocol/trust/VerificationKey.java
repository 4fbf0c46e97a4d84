package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.Shown;
import java.security.InvalidKeyException;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.PublicKey;
import java.security.Signature;
import java.security.SignatureException;

/** What checks signatures: the usable form of a public key, one class for each kind of key. */
sealed interface VerificationKey permits Ed25519Key, SecurityKey, EcdsaKey, RsaKey {

  /** What the JDK calls it, and whose it is. */
  record Algorithm(String name, String provider) {}

  /**
   * Whether {@code signature} is over {@code message}.
   *
   * @param algorithm what the signature says it was made with
   * @param signature what follows the algorithm's name in the signature's blob
   * @throws Rejected with {@code sig.algorithm} where the two do not go together, or {@code
   *     sig.malformed}
   */
  boolean verifies(String algorithm, WireReader signature, byte[] message) throws Rejected;

  /** Reads the key that follows the name of its {@code type}, up to the end of {@code blob}. */
  static VerificationKey read(String type, WireReader blob) throws Rejected {
    VerificationKey key =
        switch (type) {
          case Ed25519Key.TYPE -> Ed25519Key.read(blob);
          case SecurityKey.ED25519 -> SecurityKey.ed25519(blob);
          case SecurityKey.ECDSA -> SecurityKey.ecdsa(blob);
          case "ecdsa-sha2-nistp256" -> EcdsaKey.read(EcdsaKey.Curve.NISTP256, blob);
          case "ecdsa-sha2-nistp384" -> EcdsaKey.read(EcdsaKey.Curve.NISTP384, blob);
          case "ecdsa-sha2-nistp521" -> EcdsaKey.read(EcdsaKey.Curve.NISTP521, blob);
          case RsaKey.TYPE -> RsaKey.read(blob);
          default ->
              throw new Rejected(
                  ErrorCode.SIG_ALGORITHM,
                  "keys of type '" + Shown.of(type) + "' are not accepted");
        };
    blob.end();
    return key;
  }

  /** Refuses a signature whose algorithm is not the one of its key. */
  static void require(String expected, String algorithm) throws Rejected {
    if (!algorithm.equals(expected)) {
      throw new Rejected(
          ErrorCode.SIG_ALGORITHM,
          "a signature of type '" + Shown.of(algorithm) + "' for a key of type " + expected);
    }
  }

  /** The JDK's own answer; a signature that it cannot even read is not one over the message. */
  static boolean check(Algorithm algorithm, PublicKey key, byte[] message, byte[] signature)
      throws Rejected {
    try {
      Signature verifier = Signature.getInstance(algorithm.name(), algorithm.provider());
      verifier.initVerify(key);
      verifier.update(message);
      return verifier.verify(signature);
    } catch (SignatureException e) {
      return false;
    } catch (InvalidKeyException e) {
      throw WireReader.malformed("the key cannot be used: " + e.getMessage());
    } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
      throw new IllegalStateException("this Java runtime lacks " + algorithm, e);
    }
  }
}
