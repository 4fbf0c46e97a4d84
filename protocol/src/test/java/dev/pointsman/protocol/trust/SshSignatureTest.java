package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.SoftwareSigner.Parts;
import dev.pointsman.protocol.trust.SoftwareSigner.SoftSecurityKey;
import dev.pointsman.protocol.trust.SshKeygen.Key;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** Signatures that ssh-keygen makes now, and everything that is almost one. */
@TestInstance(Lifecycle.PER_CLASS)
class SshSignatureTest {
  private static final String NAMESPACE = SoftwareSigner.NAMESPACE;
  private static final byte[] DATA = "{\"app\":\"web\"}\n".getBytes(UTF_8);
  private static final byte[] ONE = {1};

  private SshKeygen keygen;
  private Key ed25519;
  private Key p256;
  private Key rsa2048;
  private Parts good;
  private Parts goodP256;

  @BeforeAll
  void makeKeys(@TempDir Path directory) throws Exception {
    keygen = new SshKeygen(directory);
    ed25519 = keygen.generate("ed25519", "ed25519", 0);
    p256 = keygen.generate("p256", "ecdsa", 256);
    rsa2048 = keygen.generate("rsa2048", "rsa", 2048);
    good = SoftwareSigner.take(keygen.sign(ed25519, NAMESPACE, DATA));
    goodP256 = SoftwareSigner.take(keygen.sign(p256, NAMESPACE, DATA));
  }

  @ParameterizedTest(name = "{0}, {1} bit, {2}")
  @CsvSource({
    "ed25519, 0, sha512",
    "ed25519, 0, sha256",
    "ecdsa, 256, sha512",
    "ecdsa, 256, sha256",
    "ecdsa, 384, sha512",
    "ecdsa, 384, sha256",
    "ecdsa, 521, sha512",
    "ecdsa, 521, sha256",
    "rsa, 3072, sha512",
    "rsa, 3072, sha256"
  })
  void takesWhatSshKeygenSigns(String type, int bits, String hash) throws Exception {
    Key key = keygen.generate(type + bits + hash, type, bits);
    SshSignature signature =
        SshSignature.parse(keygen.sign(key, NAMESPACE, DATA, "hashalg=" + hash));

    assertThat(signature.namespace()).isEqualTo(NAMESPACE);
    assertThat(signature.key()).isEqualTo(key.publicKey()).hasSameHashCodeAs(key.publicKey());
    assertThat(signature.key().fingerprint()).isEqualTo(keygen.fingerprint(key));
    assertThatCode(() -> signature.verify(key.publicKey(), DATA)).doesNotThrowAnyException();
    assertThat(codeOf(() -> signature.verify(key.publicKey(), "other".getBytes(UTF_8))))
        .isEqualTo(ErrorCode.SIG_BAD);
  }

  @Test
  void takesEcdsaNumbersThatAreShorterThanTheCurve() throws Exception {
    byte[] armored = SoftwareSigner.ecdsaWithAShortNumber(DATA).armored();

    assertThatCode(() -> verify(armored)).doesNotThrowAnyException();
  }

  @Test
  void takesAnRsaSignatureThatIsShorterThanItsKey() throws Exception {
    // One signature in 256 is; this one was found by trying.
    try (InputStream file = SshSignatureTest.class.getResourceAsStream("short-rsa.sig")) {
      SshSignature signature = SshSignature.parse(file.readAllBytes());

      assertThatCode(() -> signature.verify(signature.key(), "98".getBytes(UTF_8)))
          .doesNotThrowAnyException();
    }
  }

  @ParameterizedTest(name = "ecdsa: {0}")
  @CsvSource({"false, ED25519-SK", "true, ECDSA-SK"})
  void takesASecurityKeyThatWasTouchedAsSshKeygenDoes(boolean ecdsa, String name) throws Exception {
    SoftSecurityKey key = new SoftSecurityKey(ecdsa);
    byte[] armored = key.sign(DATA, 1, new byte[0]).armored();

    assertThatCode(() -> SshSignature.parse(armored).verify(SshPublicKey.parse(key.blob()), DATA))
        .doesNotThrowAnyException();
    assertThat(keygen.verify("ci " + key.publicLine() + "\n", "ci", NAMESPACE, armored, DATA))
        .startsWith("Good \"release.v1@pointsman\" signature for ci with " + name + " key");
  }

  @Test
  void takesCrlfLineEndsAndEmptyLinesAfterTheSignature() throws Exception {
    String crlf = new String(good.armored(), US_ASCII).replace("\n", "\r\n") + "\r\n\r\n";

    assertThatCode(() -> verify(crlf.getBytes(US_ASCII))).doesNotThrowAnyException();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refuses(String what, byte[] armored, ErrorCode code) {
    assertThat(codeOf(() -> verify(armored))).isEqualTo(code);
  }

  Stream<Arguments> refuses() throws Exception {
    byte[] armored = good.armored();
    String text = new String(armored, US_ASCII);
    byte[] blob = SoftwareSigner.dearmor(armored);
    return Stream.of(
        malformed("nothing", new byte[0]),
        malformed("white space", "\n".getBytes(US_ASCII)),
        malformed("two signatures in one file", (text + text).getBytes(US_ASCII)),
        malformed("text before it", ("x\n" + text).getBytes(US_ASCII)),
        malformed("an empty line before it", ("\n" + text).getBytes(US_ASCII)),
        malformed("text after it", (text + "x").getBytes(US_ASCII)),
        malformed("a PGP signature", text.replace("SSH", "PGP").getBytes(US_ASCII)),
        malformed("no end line", text.replace("-----END SSH", "").getBytes(US_ASCII)),
        malformed("no base64", text.replace("U1NIU0lH", "U1NI*0lH").getBytes(US_ASCII)),
        malformed("blanks in the base64", text.replace("U1NI", "U1 NI").getBytes(US_ASCII)),
        malformed("nothing between the lines", SoftwareSigner.armor(new byte[0])),
        malformed("more than 8 KiB", good.withAfter(new byte[8 << 10]).armored()),
        malformed("the last byte missing", cut(blob, blob.length - 1)),
        malformed("half of it", cut(blob, blob.length / 2)),
        malformed("a byte after it", good.withAfter(ONE).armored()),
        malformed("another magic", good.withMagic("SSHSIX").armored()),
        malformed("version 0", good.withVersion(0).armored()),
        malformed("version 2", good.withVersion(2).armored()),
        malformed("a reserved field that says something", good.withReserved("x").armored()),
        malformed("a length of 4 GiB", withLength(blob, 10, -1)),
        malformed("a length of 2 GiB", withLength(blob, 10, Integer.MAX_VALUE)),
        malformed("no key", good.withKey(new byte[0]).armored()),
        malformed("a key with a byte after it", good.withKey(plus(good.key())).armored()),
        malformed("no signature", good.withSignature(new byte[0]).armored()),
        malformed("a byte after the signature", good.withSignature(plus(good.signature()))),
        malformed("a short Ed25519 key", good.withKey(ed25519Key(31))),
        malformed("a short Ed25519 signature", good.withSignature(ed25519Signature(63))),
        malformed("an ECDSA point off its curve", goodP256.withKey(p256Key(4, 7))),
        malformed("a compressed ECDSA point", goodP256.withKey(p256Key(2, 0))),
        malformed("an ECDSA key of another curve", goodP256.withKey(p384InP256())),
        malformed("an ECDSA number too large", p256Signature("7f".repeat(33), "01")),
        malformed("a negative ECDSA number", p256Signature("ff", "01")),
        malformed("an ECDSA number with zeros before it", p256Signature("0001", "01")),
        malformed("three ECDSA numbers", p256Signature("01", "01", "01")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource
  void refusesWeakOrUnknownAlgorithms(String what, byte[] armored) {
    assertThat(codeOf(() -> verify(armored))).isEqualTo(ErrorCode.SIG_ALGORITHM);
  }

  Stream<Arguments> refusesWeakOrUnknownAlgorithms() throws Exception {
    byte[] rest = new WireWriter().string(new byte[32]).toBytes();
    SoftSecurityKey securityKey = new SoftSecurityKey();
    return Stream.of(
        arguments("RSA with 2048 bit", keygen.sign(rsa2048, NAMESPACE, DATA)),
        arguments("RSA with SHA-1", SoftwareSigner.rsa(DATA, "ssh-rsa", "SHA1withRSA").armored()),
        arguments("hash md5", good.withHash("md5").armored()),
        arguments("hash SHA256", good.withHash("SHA256").armored()),
        arguments("DSA", good.withKey(keyOfType("ssh-dss", rest)).armored()),
        arguments(
            "a DSA certificate",
            good.withKey(keyOfType("ssh-dss-cert-v01@openssh.com", rest)).armored()),
        arguments(
            "a security key in a browser",
            good.withKey(keyOfType("webauthn-sk-ecdsa-sha2-nistp256@openssh.com", rest)).armored()),
        arguments("an unknown key", good.withKey(keyOfType("x", rest)).armored()),
        arguments(
            "a security key without a touch", securityKey.sign(DATA, 0, new byte[0]).armored()),
        arguments(
            "an ECDSA security key without a touch",
            new SoftSecurityKey(true).sign(DATA, 4, new byte[0]).armored()),
        arguments(
            "a security key that only verified a PIN",
            securityKey.sign(DATA, 4, new byte[0]).armored()),
        arguments(
            "a plain signature for a security key", good.withKey(securityKey.blob()).armored()),
        arguments(
            "an ECDSA signature for an Ed25519 key",
            good.withSignature(goodP256.signature()).armored()),
        arguments(
            "an RSA signature with a foreign hash",
            SoftwareSigner.rsa(DATA, "rsa-sha2-384", "SHA384withRSA").armored()),
        arguments("RSA with exponent 1", good.withKey(rsaKey("01", "7f".repeat(384))).armored()),
        arguments(
            "RSA with a huge exponent",
            good.withKey(rsaKey("7f".repeat(380), "7f".repeat(384))).armored()),
        arguments(
            "RSA with 32768 bit", good.withKey(rsaKey("010001", "7f".repeat(4096))).armored()));
  }

  @Test
  void refusesASecurityKeysSignatureWithBytesAfterIt() throws Exception {
    byte[] armored = new SoftSecurityKey().sign(DATA, 1, ONE).armored();

    assertThat(codeOf(() -> verify(armored))).isEqualTo(ErrorCode.SIG_MALFORMED);
  }

  @Test
  void refusesTheFlagsOfASecurityKeyWhenTheyAreChangedAfterwards() throws Exception {
    Parts untouched = new SoftSecurityKey().sign(DATA, 0, new byte[0]);
    byte[] forged = untouched.signature();
    forged[forged.length - 5] = 1;

    assertThat(codeOf(() -> verify(untouched.withSignature(forged).armored())))
        .isEqualTo(ErrorCode.SIG_BAD);
  }

  @Test
  void refusesAHashThatIsNamedButWasNotUsed() {
    assertThat(codeOf(() -> verify(good.withHash("sha256").armored())))
        .isEqualTo(ErrorCode.SIG_BAD);
  }

  @Test
  void refusesAnotherKeyThanTheOneThatTheSignatureNames() throws Exception {
    SshSignature signature = SshSignature.parse(good.armored());

    assertThat(codeOf(() -> signature.verify(p256.publicKey(), DATA)))
        .isEqualTo(ErrorCode.SIG_UNTRUSTED);
  }

  @Test
  void refusesTheSignatureOfAnotherKeyUnderATrustedOne() throws Exception {
    Parts other =
        SoftwareSigner.take(keygen.sign(keygen.generate("other", "ed25519", 0), NAMESPACE, DATA));

    assertThat(codeOf(() -> verify(other.withKey(good.key()).armored())))
        .isEqualTo(ErrorCode.SIG_BAD);
  }

  @Test
  void refusesZeroesAsAnEcdsaSignature() throws Exception {
    assertThat(codeOf(() -> verify(p256Signature("", "").armored()))).isEqualTo(ErrorCode.SIG_BAD);
  }

  @Test
  void noFlippedBitGoesUnseen() throws Exception {
    // Every third bit: that is every byte, and every place within one.
    for (Parts parts : List.of(good, goodP256)) {
      SshPublicKey trusted = SshPublicKey.parse(parts.key());
      byte[] blob = SoftwareSigner.dearmor(parts.armored());
      for (int bit = 0; bit < blob.length * 8; bit += 3) {
        byte[] flipped = blob.clone();
        flipped[bit / 8] ^= (byte) (1 << bit % 8);
        assertThat(
                codeOf(
                    () -> SshSignature.parse(SoftwareSigner.armor(flipped)).verify(trusted, DATA)))
            .as("with bit %d flipped", bit)
            .isIn(
                ErrorCode.SIG_BAD,
                ErrorCode.SIG_UNTRUSTED,
                ErrorCode.SIG_MALFORMED,
                ErrorCode.SIG_ALGORITHM);
      }
    }
  }

  private void verify(byte[] armored) throws Rejected {
    SshSignature signature = SshSignature.parse(armored);
    signature.verify(signature.key(), DATA);
  }

  static ErrorCode codeOf(org.assertj.core.api.ThrowableAssert.ThrowingCallable action) {
    Rejected rejected = catchThrowableOfType(Rejected.class, action);
    assertThat(rejected).as("a refusal").isNotNull();
    return rejected.code();
  }

  private static Arguments malformed(String what, byte[] armored) {
    return arguments(what, armored, ErrorCode.SIG_MALFORMED);
  }

  private static Arguments malformed(String what, Parts parts) {
    return malformed(what, parts.armored());
  }

  private static byte[] cut(byte[] blob, int length) {
    return SoftwareSigner.armor(Arrays.copyOf(blob, length));
  }

  private static byte[] withLength(byte[] blob, int at, int length) {
    byte[] changed = blob.clone();
    System.arraycopy(new WireWriter().uint32(length).toBytes(), 0, changed, at, 4);
    return SoftwareSigner.armor(changed);
  }

  private static byte[] plus(byte[] bytes) {
    return Arrays.copyOf(bytes, bytes.length + 1);
  }

  private static byte[] keyOfType(String type, byte[] rest) {
    return new WireWriter().text(type).raw(rest).toBytes();
  }

  private static byte[] ed25519Key(int length) {
    return new WireWriter().text("ssh-ed25519").string(new byte[length]).toBytes();
  }

  private static byte[] ed25519Signature(int length) {
    return new WireWriter().text("ssh-ed25519").string(new byte[length]).toBytes();
  }

  private static byte[] rsaKey(String exponent, String modulus) {
    return new WireWriter().text("ssh-rsa").string(hex(exponent)).string(hex(modulus)).toBytes();
  }

  private static byte[] p256Key(int form, int y) {
    byte[] point = new byte[65];
    point[0] = (byte) form;
    point[64] = (byte) y;
    return new WireWriter().text("ecdsa-sha2-nistp256").text("nistp256").string(point).toBytes();
  }

  private static byte[] p384InP256() {
    return new WireWriter()
        .text("ecdsa-sha2-nistp256")
        .text("nistp384")
        .string(new byte[97])
        .toBytes();
  }

  private Parts p256Signature(String... numbers) {
    WireWriter pair = new WireWriter();
    for (String number : numbers) {
      pair.string(hex(number));
    }
    return goodP256.withSignature(
        new WireWriter().text("ecdsa-sha2-nistp256").string(pair.toBytes()).toBytes());
  }

  private static byte[] hex(String digits) {
    return java.util.HexFormat.of().parseHex(digits);
  }
}
