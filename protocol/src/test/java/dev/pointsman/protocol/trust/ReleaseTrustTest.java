package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.trust.SshKeygen.Key;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Who signed is compared with who had to. {@code ci}, {@code alice}, {@code bob} have a key each,
 * {@code ci} a second one; {@code shared} belongs to alice and bob; {@code stranger} to nobody.
 */
@TestInstance(Lifecycle.PER_CLASS)
class ReleaseTrustTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final byte[] MANIFEST = "{\"app\":\"web\"}".getBytes(UTF_8);

  private SshKeygen keygen;
  private Key ci;
  private Key ci2;
  private Key alice;
  private Key bob;
  private Key shared;
  private Key stranger;
  private String signers;

  @BeforeAll
  void makeKeys(@TempDir Path directory) throws Exception {
    keygen = new SshKeygen(directory);
    ci = keygen.generate("ci", "ed25519", 0);
    ci2 = keygen.generate("ci2", "ecdsa", 256);
    alice = keygen.generate("alice", "ed25519", 0);
    bob = keygen.generate("bob", "ecdsa", 384);
    shared = keygen.generate("shared", "ed25519", 0);
    stranger = keygen.generate("stranger", "ed25519", 0);
    signers =
        """
        ci    namespaces="release.v1@pointsman" %s
        ci    %s
        alice %s
        bob   %s
        alice,bob %s
        """
            .formatted(
                ci.publicLine(),
                ci2.publicLine(),
                alice.publicLine(),
                bob.publicLine(),
                shared.publicLine());
  }

  @ParameterizedTest(name = "signed by {0}, needed: {1} -> {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          # signed by          | needed                       | principals or code
          ci                   | 1 of ci                      | ci
          ci2                  | 1 of ci                      | ci
          ci ci2               | 1 of ci                      | ci
          ci alice             | 1 of ci                      | ci
          bob ci alice         | 1 of ci; 2 of alice,bob      | alice bob ci
          ci alice             | 1 of ci; 1 of alice,bob      | alice ci
          ci alice bob         | 1 of ci; 1 of alice,bob      | alice bob ci
          stranger ci          | 1 of ci                      | ci
          ci stranger          | 1 of ci                      | ci
          alice bob            | 2 of alice,bob,ci            | alice bob
          shared               | 1 of alice,bob               | alice
          shared bob           | 2 of alice,bob               | alice bob
          shared alice         | 2 of alice,bob               | alice bob
          # not enough
          alice                | 1 of ci                      | sig.threshold
          ci                   | 1 of ci; 1 of alice,bob      | sig.threshold
          ci alice             | 1 of ci; 2 of alice,bob      | sig.threshold
          ci ci2               | 2 of ci,alice                | sig.threshold
          ci ci                | 2 of ci,alice                | sig.threshold
          shared               | 2 of alice,bob               | sig.threshold
          shared shared        | 2 of alice,bob               | sig.threshold
          stranger             | 1 of ci                      | sig.untrusted
          stranger stranger    | 1 of ci                      | sig.untrusted
          """)
  void counts(String signedBy, String needed, String expected) throws Exception {
    byte[][] signatures = new byte[signedBy.split(" ").length][];
    for (int i = 0; i < signatures.length; i++) {
      signatures[i] = sign(signedBy.split(" ")[i]);
    }
    if (ErrorCode.ofWire(expected).isPresent()) {
      assertThat(refusal(needed, signatures).code().wire()).isEqualTo(expected);
    } else {
      assertThat(check(needed, signatures)).containsExactly(expected.split(" "));
    }
  }

  @Test
  void tellsWhoHasStillToSign() throws Exception {
    Rejected rejected = refusal("1 of ci; 2 of alice,bob", sign("ci"), sign("alice"));

    assertThat(rejected.detail()).isEqualTo("signed by alice, ci; still needed: 1 more of bob");
  }

  @Test
  void tellsWhichSignaturesDidNotCount() throws Exception {
    List<String> ignored =
        ReleaseTrust.examine(
                MANIFEST,
                List.of(sign("ci"), sign("stranger")),
                TestKeys.signers(signers),
                RevokedKeys.NONE,
                TrustPolicy.parse(List.of("1 of ci")),
                NOW)
            .ignored();

    assertThat(ignored)
        .containsExactly("the key " + stranger.publicKey() + " is not in allowed_signers");
  }

  @Test
  void needsASignatureAndTakesSixteen() throws Exception {
    byte[] signature = sign("ci");
    byte[][] sixteen = Stream.generate(() -> signature).limit(16).toArray(byte[][]::new);
    byte[][] seventeen = Stream.generate(() -> signature).limit(17).toArray(byte[][]::new);

    assertThat(refusal("1 of ci").code()).isEqualTo(ErrorCode.SIG_MISSING);
    assertThat(check("1 of ci", sixteen)).containsExactly("ci");
    assertThat(refusal("1 of ci", seventeen).code()).isEqualTo(ErrorCode.BUNDLE_FORMAT);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "file",
    "git",
    "trust.v1@pointsman",
    "command.v1@pointsman",
    "release.v10@pointsman",
    "'release.v1@pointsman '"
  })
  void refusesASignatureThatWasMadeForSomethingElse(String namespace) throws Exception {
    byte[] other = keygen.sign(ci, namespace, MANIFEST);

    assertThat(refusal("1 of ci", other).code()).isEqualTo(ErrorCode.SIG_NAMESPACE);
    assertThat(refusal("1 of ci", sign("ci"), other).code()).isEqualTo(ErrorCode.SIG_NAMESPACE);
  }

  @Test
  void refusesASignatureOverOtherBytesWhateverElseIsThere() throws Exception {
    byte[] other = keygen.sign(ci2, ReleaseTrust.NAMESPACE, "{\"app\":\"api\"}".getBytes(UTF_8));

    assertThat(refusal("1 of ci", other).code()).isEqualTo(ErrorCode.SIG_BAD);
    assertThat(refusal("1 of ci", sign("ci"), other).code()).isEqualTo(ErrorCode.SIG_BAD);
  }

  @Test
  void refusesWhenOneByteOfTheManifestChanged() throws Exception {
    byte[] signature = sign("ci");
    for (int i = 0; i < MANIFEST.length; i++) {
      byte[] changed = MANIFEST.clone();
      changed[i] ^= 1;
      assertThat(
              SshSignatureTest.codeOf(() ->
                  ReleaseTrust.check(
                      changed,
                      List.of(signature),
                      TestKeys.signers(signers),
                      RevokedKeys.NONE,
                      TrustPolicy.parse(List.of("1 of ci")),
                      NOW)))
          .isEqualTo(ErrorCode.SIG_BAD);
    }
  }

  @Test
  void refusesAMalformedSignatureWhateverElseIsThere() throws Exception {
    assertThat(refusal("1 of ci", new byte[0]).code()).isEqualTo(ErrorCode.SIG_MALFORMED);
    assertThat(refusal("1 of ci", sign("ci"), new byte[0]).code())
        .isEqualTo(ErrorCode.SIG_MALFORMED);
  }

  @Test
  void doesNotTrustTheKeyThatTheSignatureBringsAlong() throws Exception {
    byte[] forged =
        SoftwareSigner.take(sign("stranger")).withKey(ci.blob()).armored(); // Says that it is ci's.

    assertThat(refusal("1 of ci", forged).code()).isEqualTo(ErrorCode.SIG_BAD);
  }

  @Test
  void revokedWinsOverEverything() throws Exception {
    for (String line : List.of(ci.publicLine(), ci.publicKey().fingerprint() + " lost")) {
      assertThat(refusalWith(signers, line, "1 of ci", sign("ci")).code())
          .isEqualTo(ErrorCode.SIG_REVOKED);
      assertThat(refusalWith(signers, line, "1 of ci", sign("ci2"), sign("ci")).code())
          .isEqualTo(ErrorCode.SIG_REVOKED);
    }
    String strangers = stranger.publicLine();
    assertThat(refusalWith(signers, strangers, "1 of ci", sign("stranger")).code())
        .isEqualTo(ErrorCode.SIG_REVOKED);
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @CsvSource(
      delimiter = '|',
      value = {
        "valid-after=\"20261122Z\",valid-before=\"20261123Z\" | ",
        "valid-after=\"202611221200Z\"                        | ",
        "valid-before=\"202611221200Z\"                       | ",
        "valid-after=\"20261122120001Z\"  | is not valid before 2026-11-22T12:00:01Z",
        "valid-before=\"20261122115959Z\" | was valid until 2026-11-22T11:59:59Z",
        "namespaces=\"git\"               | is not allowed to sign for release.v1@pointsman"
      })
  void judgesKeysByThisHostsClock(String options, String objection) throws Exception {
    String line = "ci " + options + " " + ci.publicLine();
    if (objection == null) {
      assertThat(checkWith(line, "", "1 of ci", sign("ci"))).containsExactly("ci");
    } else {
      Rejected rejected = refusalWith(line, "", "1 of ci", sign("ci"));
      assertThat(rejected.code()).isEqualTo(ErrorCode.SIG_UNTRUSTED);
      assertThat(rejected.detail()).isEqualTo("the key " + ci.publicKey() + " " + objection);
    }
  }

  @Test
  void readsTheSameFileAsSshKeygen() throws Exception {
    String line =
        "ci namespaces=\"git,release.v1@pointsman\",valid-after=\"20200101Z\",valid-before=\"209901010000Z\" "
            + ci.publicLine();

    assertThat(checkWith(line, "", "1 of ci", sign("ci"))).containsExactly("ci");
    assertThat(keygen.verify(line + "\n", "ci", ReleaseTrust.NAMESPACE, sign("ci"), MANIFEST))
        .startsWith("Good \"release.v1@pointsman\" signature for ci");
  }

  @Test
  void oneLineThatIsValidIsEnough() throws Exception {
    String lines =
        "ci valid-before=\"20260101Z\" %1$s\nalice valid-after=\"20260101Z\" %1$s\n"
            .formatted(ci.publicLine());

    assertThat(checkWith(lines, "", "1 of alice", sign("ci"))).containsExactly("alice");
    assertThat(refusalWith(lines, "", "1 of ci", sign("ci")).code())
        .isEqualTo(ErrorCode.SIG_THRESHOLD);
  }

  private byte[] sign(String name) throws Exception {
    return keygen.sign(key(name), ReleaseTrust.NAMESPACE, MANIFEST);
  }

  private Key key(String name) {
    return switch (name) {
      case "ci" -> ci;
      case "ci2" -> ci2;
      case "alice" -> alice;
      case "bob" -> bob;
      case "shared" -> shared;
      case "stranger" -> stranger;
      default -> throw new IllegalArgumentException(name);
    };
  }

  private Set<String> check(String needed, byte[]... signatures) throws Rejected {
    return checkWith(signers, "", needed, signatures);
  }

  private static Set<String> checkWith(
      String signers, String revoked, String needed, byte[]... signatures) throws Rejected {
    return ReleaseTrust.check(
        MANIFEST,
        Arrays.asList(signatures),
        TestKeys.signers(signers),
        TestKeys.revoked(revoked),
        TrustPolicy.parse(List.of(needed.split("; "))),
        NOW);
  }

  private Rejected refusal(String needed, byte[]... signatures) {
    return refusalWith(signers, "", needed, signatures);
  }

  private static Rejected refusalWith(
      String signers, String revoked, String needed, byte[]... signatures) {
    Rejected rejected =
        catchThrowableOfType(Rejected.class, () -> checkWith(signers, revoked, needed, signatures));
    assertThat(rejected).as("a refusal").isNotNull();
    return rejected;
  }

  @ParameterizedTest(name = "signed by {0}, needed {1}, revoked {2}: tainted {3}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ci           | 1 of ci                 | none      | false
          ci           | 1 of ci                 | ci        | true
          ci           | 1 of ci                 | alice     | false
          ci ci2       | 1 of ci                 | ci        | false
          ci alice     | 1 of ci,alice           | ci        | false
          ci alice     | 1 of ci; 1 of alice     | alice     | true
          alice bob    | 2 of alice,bob          | bob       | true
          shared bob   | 2 of alice,bob          | bob       | true
          stranger ci  | 1 of ci                 | stranger  | false
          stranger ci  | 1 of ci                 | ci        | true
          """)
  void isTaintedWhereRevocationLeavesTooFew(
      String signedBy, String needed, String revoked, boolean tainted) throws Exception {
    java.util.List<byte[]> signatures = new java.util.ArrayList<>();
    for (String name : signedBy.split(" ")) {
      signatures.add(sign(name));
    }
    String list = revoked.equals("none") ? "" : key(revoked).publicLine();

    java.util.Optional<String> why =
        ReleaseTrust.taint(
            MANIFEST,
            signatures,
            TestKeys.signers(signers),
            TestKeys.revoked(list),
            TrustPolicy.parse(List.of(needed.split("; "))),
            NOW);

    assertThat(why.isPresent()).isEqualTo(tainted);
    why.ifPresent(it -> assertThat(it).contains("is revoked"));
  }

  /** Rotation is no revocation. */
  @Test
  void isNotTaintedByAKeyThatHasExpiredOrGone() throws Exception {
    for (String file :
        List.of("bob " + bob.publicLine(), "ci valid-before=\"20200101Z\" " + ci.publicLine())) {
      assertThat(
              ReleaseTrust.taint(
                  MANIFEST,
                  List.of(sign("ci")),
                  TestKeys.signers(file),
                  RevokedKeys.NONE,
                  TrustPolicy.parse(List.of("1 of ci")),
                  NOW))
          .isEmpty();
    }
  }

  @Test
  void aRefusalNamesTheKeysAndWhoWasEstablished() throws Exception {
    Rejected rejected = refusal("1 of ci; 2 of alice,bob", sign("ci"), sign("stranger"));

    assertThat(rejected.facts().get("signers")).isEqualTo("ci");
    assertThat(rejected.facts().get("keys"))
        .isEqualTo(ci.publicKey().fingerprint() + "," + stranger.publicKey().fingerprint());
  }

  @Test
  void everySignatureIsLookedAtWhateverTheOthersAre() throws Exception {
    ReleaseTrust.Inspection inspection =
        ReleaseTrust.inspect(
            MANIFEST,
            List.of("junk".getBytes(UTF_8), sign("stranger"), sign("ci")),
            TestKeys.signers(signers),
            RevokedKeys.NONE,
            TrustPolicy.parse(List.of("1 of ci")),
            NOW);

    assertThat(inspection.findings().stream().map(SignatureCheck::outcome))
        .containsExactly(
            SignatureCheck.Outcome.REFUSED,
            SignatureCheck.Outcome.IGNORED,
            SignatureCheck.Outcome.VERIFIED);
    assertThat(inspection.refusal().orElseThrow().code()).isEqualTo(ErrorCode.SIG_MALFORMED);
    assertThat(inspection.principals()).isEmpty();
  }

  @ParameterizedTest(name = "{0} -> {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          1 of ci           | true  | ci
          2 of ci,alice     | true  | alice,ci
          2 of alice,bob    | true  | alice,bob
          1 of nobody       | false |
          2 of nobody,ci    | false | ci
          1 of carol        | true  | carol
          2 of carol,dave   | true  | carol,dave
          """)
  void listsWhichLinesCanBeMet(String line, boolean possible, String able) throws Exception {
    TrustListing listing =
        new TrustListing(
            TestKeys.signers(signers + "carol,dave cert-authority " + stranger.publicLine()),
            RevokedKeys.NONE,
            NOW);

    var requirement = listing.requirements(TrustPolicy.parse(List.of(line))).getFirst();

    assertThat(requirement.possible()).isEqualTo(possible);
    assertThat(String.join(",", requirement.able())).isEqualTo(able == null ? "" : able);
  }

  @Test
  void listsTheStateOfEveryKey() throws Exception {
    TrustListing listing =
        new TrustListing(
            TestKeys.signers(
                """
                ci %s
                ci valid-before="20200101Z" %s
                ci valid-after="20300101Z" %s
                ci namespaces="git" %s
                ci %s
                """
                    .formatted(
                        ci.publicLine(),
                        ci.publicLine(),
                        ci.publicLine(),
                        ci.publicLine(),
                        bob.publicLine())),
            TestKeys.revoked(bob.publicLine()),
            NOW);

    assertThat(listing.keys().stream().map(key -> key.line() + " " + key.state()))
        .containsExactly("1 valid", "2 expired", "3 not-yet", "4 other-namespace", "5 revoked");
  }
}
