package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.Rejected;
import java.security.KeyFactory;
import java.security.NoSuchAlgorithmException;
import java.security.NoSuchProviderException;
import java.security.PublicKey;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.X509EncodedKeySpec;
import java.util.HexFormat;

/** {@code ssh-ed25519} (RFC 8709). */
record Ed25519Key(PublicKey key) implements VerificationKey, SecurityKey.Inner {
  static final String TYPE = "ssh-ed25519";

  private static final Algorithm ALGORITHM = new Algorithm("Ed25519", Providers.CURVES);
  private static final int KEY_BYTES = 32;
  private static final int SIGNATURE_BYTES = 64;

  /** What stands before the 32 bytes of the key in X.509 (RFC 8410, section 4). */
  private static final byte[] X509_PREFIX = HexFormat.of().parseHex("302a300506032b6570032100");

  static Ed25519Key read(WireReader blob) throws Rejected {
    byte[] point = blob.string();
    if (point.length != KEY_BYTES) {
      throw WireReader.malformed("an Ed25519 key of " + point.length + " bytes");
    }
    byte[] x509 = new WireWriter().raw(X509_PREFIX).raw(point).toBytes();
    try {
      return new Ed25519Key(
          KeyFactory.getInstance("Ed25519", Providers.CURVES)
              .generatePublic(new X509EncodedKeySpec(x509)));
    } catch (InvalidKeySpecException e) {
      throw WireReader.malformed("the Ed25519 key cannot be used: " + e.getMessage());
    } catch (NoSuchAlgorithmException | NoSuchProviderException e) {
      throw new IllegalStateException("this Java runtime lacks Ed25519", e);
    }
  }

  @Override
  public boolean verifies(String algorithm, WireReader signature, byte[] message) throws Rejected {
    VerificationKey.require(TYPE, algorithm);
    byte[] raw = signature.string();
    signature.end();
    return verifies(raw, message);
  }

  @Override
  public boolean verifies(byte[] raw, byte[] message) throws Rejected {
    if (raw.length != SIGNATURE_BYTES) {
      throw WireReader.malformed("an Ed25519 signature of " + raw.length + " bytes");
    }
    return VerificationKey.check(ALGORITHM, key, message, raw);
  }
}
