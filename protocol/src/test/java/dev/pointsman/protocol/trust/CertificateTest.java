package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.trust.ReleaseTrust.Inspection;
import dev.pointsman.protocol.trust.SoftwareSigner.Parts;
import dev.pointsman.protocol.trust.SshKeygen.Key;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Keys that an authority certified, all made by the real ssh-keygen. */
@TestInstance(Lifecycle.PER_CLASS)
class CertificateTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String WINDOW = "20261122000000Z:20261123000000Z";
  private static final byte[] MANIFEST = "{\"app\":\"web\"}".getBytes(UTF_8);

  private SshKeygen keygen;
  private Path directory;
  private Key authority;
  private Key other;
  private int keys;

  @BeforeAll
  void makeKeys(@TempDir Path where) throws Exception {
    directory = where;
    keygen = new SshKeygen(where);
    authority = keygen.generate("authority", "ed25519", 0);
    other = keygen.generate("other", "ecdsa", 256);
  }

  @ParameterizedTest(name = "{0} {1} certified by {2} {3}")
  @CsvSource({
    "ed25519, 0,    ed25519, 0",
    "ed25519, 0,    rsa,     3072",
    "ecdsa,   256,  ecdsa,   256",
    "ecdsa,   384,  ecdsa,   384",
    "ecdsa,   521,  ecdsa,   521",
    "rsa,     3072, ed25519, 0"
  })
  void takesEveryKindOfCertificate(String type, int bits, String authorityType, int authorityBits)
      throws Exception {
    Key ca = keygen.generate("ca" + keys++, authorityType, authorityBits);
    Key key = keygen.generate("key" + keys++, type, bits);
    byte[] signature = sign(keygen.certify(ca, key, "-I", "run", "-n", "ci@web", "-V", WINDOW));

    Inspection inspection = inspect("*@web cert-authority " + ca.publicLine(), "", signature);

    assertThat(inspection.refusal()).isEmpty();
    assertThat(inspection.principals()).containsExactly("ci@web");
    assertThat(inspection.findings().getFirst().why())
        .contains("certificate 'run' (serial 0)", key.publicKey().fingerprint(), "is for ci@web");
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          it has expired           | -n ci@web -V 20261101Z:20261102Z             | was valid until 2026-11-02T00:00:00Z
          it is not valid yet      | -n ci@web -V 20261201Z:20261202Z             | is not valid before 2026-12-01T00:00:00Z
          it names nobody          | -V WINDOW                                    | names no principal
          it names a stranger      | -n root@db -V WINDOW                         | is for root@db, for whom
          it is a host's           | -h -n ci@web -V WINDOW                       | is not a user's certificate
          it has a force-command   | -n ci@web -V WINDOW -O force-command=true    | critical option 'force-command'
          it has a source-address  | -n ci@web -V WINDOW -O source-address=::1/128 | critical option 'source-address'
          """)
  void passesACertificateOverWhere(String what, String options, String why) throws Exception {
    byte[] signature = sign(certificate(options.replace("WINDOW", WINDOW)));

    Inspection inspection =
        inspect("*@web cert-authority " + authority.publicLine(), "", signature);

    assertThat(inspection.refusal().orElseThrow().code()).isEqualTo(ErrorCode.SIG_UNTRUSTED);
    assertThat(inspection.refusal().orElseThrow().detail()).contains(why);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          *@web cert-authority AUTHORITY                                   | ci@web
          ci@web cert-authority,namespaces="release.*" AUTHORITY           | ci@web
          *,!ci@web cert-authority AUTHORITY                               | signed by alice@ops; still needed: 1 more of ci@web
          x cert-authority AUTHORITY                                       | for whom its authority may not vouch
          * cert-authority,valid-before="20261101Z" AUTHORITY              | was valid until 2026-11-01
          * cert-authority,valid-after="20261201Z" AUTHORITY               | is not valid before 2026-12-01
          * cert-authority,namespaces="git" AUTHORITY                      | is not allowed to sign for
          ci@web AUTHORITY                                                 | is no cert-authority in allowed_signers
          * cert-authority OTHER                                           | is no cert-authority in allowed_signers
          """)
  void holdsTheAuthorityToItsLine(String line, String expected) throws Exception {
    byte[] signature = sign(certificate("-n ci@web,alice@ops -V " + WINDOW));
    String file =
        line.replace("AUTHORITY", authority.publicLine()).replace("OTHER", other.publicLine());

    Inspection inspection = inspect(file, "", signature);

    if (expected.equals("ci@web")) {
      assertThat(inspection.principals()).containsExactly("ci@web");
    } else {
      assertThat(inspection.refusal().orElseThrow().detail()).contains(expected);
    }
  }

  @Test
  void aCertifiedKeyCountsForOnePrincipalOnly() throws Exception {
    byte[] signature = sign(certificate("-n ci@web,alice@ops -V " + WINDOW));

    Inspection inspection =
        ReleaseTrust.inspect(
            MANIFEST,
            List.of(signature),
            TestKeys.signers("* cert-authority " + authority.publicLine()),
            RevokedKeys.NONE,
            TrustPolicy.parse(List.of("2 of ci@web,alice@ops")),
            NOW);

    assertThat(inspection.refusal().orElseThrow().code()).isEqualTo(ErrorCode.SIG_THRESHOLD);
  }

  @Test
  void anAuthorityDoesNotSignReleasesItself() throws Exception {
    byte[] signature = keygen.sign(authority, ReleaseTrust.NAMESPACE, MANIFEST);

    assertThat(
            inspect("* cert-authority " + authority.publicLine(), "", signature)
                .refusal()
                .orElseThrow()
                .detail())
        .contains("is not in allowed_signers");
  }

  @Test
  void revocationWinsWhateverItNames() throws Exception {
    Key certificate = certificate("-z 17 -n ci@web -V " + WINDOW);
    byte[] signature = sign(certificate);
    String file = "* cert-authority " + authority.publicLine();
    String ca = authority.publicKey().fingerprint();
    String key = SshSignature.parse(signature).key().fingerprint();

    for (String revoked :
        List.of(
            ca,
            authority.publicLine(),
            key,
            certificate.publicLine(),
            "serial:17 " + ca + " run 17",
            "serial:10-20 " + ca)) {
      assertThat(inspect(file, revoked, signature).refusal().orElseThrow().code())
          .as(revoked)
          .isEqualTo(ErrorCode.SIG_REVOKED);
    }
    for (String revoked :
        List.of(
            "serial:16 " + ca,
            "serial:18-18446744073709551615 " + ca,
            "serial:17 " + other.publicKey().fingerprint(),
            other.publicLine())) {
      assertThat(inspect(file, revoked, signature).refusal()).as(revoked).isEmpty();
    }
  }

  @Test
  void refusesARevocationListThatSshKeygenPacked() throws Exception {
    Path list = directory.resolve("revoked.krl");
    keygen.revocationList(list, authority);
    byte[] packed = Files.readAllBytes(list);

    assertThat(SshSignatureTest.codeOf(() -> RevokedKeys.parse(packed)))
        .isEqualTo(ErrorCode.AGENT_TRUST);
    assertThatCode(() -> RevokedKeys.parse(packed))
        .hasMessageContaining("binary key revocation list");
  }

  /** Whoever flips a bit of a certificate has none. */
  @Test
  void noFlippedBitGoesUnseen() throws Exception {
    Parts good = SoftwareSigner.take(sign(certificate("-n ci@web -V " + WINDOW)));
    String file = "*@web cert-authority " + authority.publicLine();
    for (int bit = 0; bit < good.key().length * 8; bit += 3) {
      byte[] flipped = good.key();
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      Inspection inspection = inspect(file, "", good.withKey(flipped).armored());
      flipped[bit / 8] ^= (byte) (1 << bit % 8);
      assertThat(inspection.refusal()).as("with bit %d flipped", bit).isPresent();
    }
  }

  @Test
  void agreesWithSshKeygenOnWhoIsMeant() throws Exception {
    byte[] signature = sign(certificate("-n ci@web,alice@ops -V " + WINDOW));
    String at = "verify-time=20261122120000Z";
    for (String patterns : List.of("ci@web", "*@web", "*", "root@web", "alice@ops", "c?@web")) {
      String file = patterns + " cert-authority " + authority.publicLine() + "\n";
      boolean theirs = true;
      try {
        keygen.verify(file, "ci@web", ReleaseTrust.NAMESPACE, signature, MANIFEST, at);
      } catch (java.io.IOException e) {
        theirs = false;
      }
      assertThat(inspect(file, "", signature).refusal().isEmpty()).as(patterns).isEqualTo(theirs);
    }
  }

  private Key certificate(String options) throws Exception {
    Key key = keygen.generate("key" + keys++, "ed25519", 0);
    return keygen.certify(authority, key, ("-I run " + options).split(" "));
  }

  private byte[] sign(Key key) throws Exception {
    return keygen.sign(key, ReleaseTrust.NAMESPACE, MANIFEST);
  }

  private static Inspection inspect(String signers, String revoked, byte[] signature)
      throws Exception {
    return ReleaseTrust.inspect(
        MANIFEST,
        List.of(signature),
        TestKeys.signers(signers),
        TestKeys.revoked(revoked),
        TrustPolicy.parse(List.of("1 of ci@web")),
        NOW);
  }

  @Test
  void aCertificateOfAnUnknownKindIsRefused() {
    byte[] blob = new WireWriter().text("x-cert-v01@openssh.com").text("").toBytes();

    assertThat(SshSignatureTest.codeOf(() -> SshCertificate.parse(blob)))
        .isEqualTo(ErrorCode.SIG_ALGORITHM);
  }
}
