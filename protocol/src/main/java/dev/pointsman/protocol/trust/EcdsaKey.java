package dev.pointsman.protocol.trust;

import dev.pointsman.protocol.api.Rejected;
import java.math.BigInteger;
import java.security.AlgorithmParameters;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PublicKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECFieldFp;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECParameterSpec;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;

/** {@code ecdsa-sha2-nistp256}, {@code 384} and {@code 521} (RFC 5656). */
record EcdsaKey(Curve curve, PublicKey key) implements VerificationKey, SecurityKey.Inner {

  /** A curve and the hash that goes with it. */
  enum Curve {
    NISTP256("nistp256", "secp256r1", 32, "SHA256"),
    NISTP384("nistp384", "secp384r1", 48, "SHA384"),
    NISTP521("nistp521", "secp521r1", 66, "SHA512");

    private final String ssh;
    private final String standard;
    private final int bytes;
    private final String hash;

    Curve(String ssh, String standard, int bytes, String hash) {
      this.ssh = ssh;
      this.standard = standard;
      this.bytes = bytes;
      this.hash = hash;
    }

    String type() {
      return "ecdsa-sha2-" + ssh;
    }

    private ECParameterSpec parameters() throws GeneralSecurityException {
      AlgorithmParameters parameters = AlgorithmParameters.getInstance("EC", Providers.CURVES);
      parameters.init(new ECGenParameterSpec(standard));
      return parameters.getParameterSpec(ECParameterSpec.class);
    }
  }

  private static final byte UNCOMPRESSED = 4;

  static EcdsaKey read(Curve curve, WireReader blob) throws Rejected {
    if (!blob.text().equals(curve.ssh)) {
      throw WireReader.malformed("an ECDSA key that names another curve than its type");
    }
    byte[] point = blob.string();
    if (point.length != 1 + 2 * curve.bytes || point[0] != UNCOMPRESSED) {
      throw WireReader.malformed("the point of the ECDSA key is not in the usual form");
    }
    BigInteger x = new BigInteger(1, point, 1, curve.bytes);
    BigInteger y = new BigInteger(1, point, 1 + curve.bytes, curve.bytes);
    try {
      ECParameterSpec parameters = curve.parameters();
      if (!isOnCurve(x, y, parameters)) {
        throw WireReader.malformed("the point of the ECDSA key is not on its curve");
      }
      return new EcdsaKey(
          curve,
          KeyFactory.getInstance("EC", Providers.CURVES)
              .generatePublic(new ECPublicKeySpec(new ECPoint(x, y), parameters)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java runtime cannot do " + curve.standard, e);
    }
  }

  /** y² = x³ + ax + b, in the field. */
  private static boolean isOnCurve(BigInteger x, BigInteger y, ECParameterSpec parameters) {
    var curve = parameters.getCurve();
    BigInteger p = ((ECFieldFp) curve.getField()).getP();
    BigInteger right = x.pow(3).add(curve.getA().multiply(x)).add(curve.getB()).mod(p);
    return x.compareTo(p) < 0 && y.compareTo(p) < 0 && y.pow(2).mod(p).equals(right);
  }

  @Override
  public boolean verifies(String algorithm, WireReader signature, byte[] message) throws Rejected {
    VerificationKey.require(curve.type(), algorithm);
    byte[] raw = signature.string();
    signature.end();
    return verifies(raw, message);
  }

  /** {@code raw}: two numbers, both from 1 to the order of the curve less one. */
  @Override
  public boolean verifies(byte[] raw, byte[] message) throws Rejected {
    WireReader pair = new WireReader(raw, "the ECDSA signature");
    BigInteger r = pair.mpint();
    BigInteger s = pair.mpint();
    pair.end();
    byte[] fixed = new WireWriter().raw(fixed(r)).raw(fixed(s)).toBytes();
    if (!isInRange(r) || !isInRange(s)) {
      return false;
    }
    return VerificationKey.check(
        new Algorithm(curve.hash + "withECDSAinP1363Format", Providers.CURVES),
        key,
        message,
        fixed);
  }

  private boolean isInRange(BigInteger number) {
    BigInteger order = ((ECPublicKey) key).getParams().getOrder();
    return number.signum() > 0 && number.compareTo(order) < 0;
  }

  /** {@code number} in as many bytes as the curve's order has (IEEE P1363). */
  private byte[] fixed(BigInteger number) throws Rejected {
    byte[] bytes = number.toByteArray();
    int from = bytes[0] == 0 ? 1 : 0;
    int length = bytes.length - from;
    if (length > curve.bytes) {
      throw WireReader.malformed("the ECDSA signature is larger than its curve");
    }
    byte[] fixed = new byte[curve.bytes];
    System.arraycopy(bytes, from, fixed, curve.bytes - length, length);
    return fixed;
  }
}
