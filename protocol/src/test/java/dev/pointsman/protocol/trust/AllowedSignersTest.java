package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/** The two trust files and the policy lines: what they say, and what refuses them. */
class AllowedSignersTest {
  private static final String KEY = TestKeys.ED25519;
  private static final String RELEASE = ReleaseTrust.NAMESPACE;
  private static final Instant NOON = Instant.parse("2026-11-22T12:00:00Z");

  @Test
  void readsPrincipalsOptionsAndComments() throws Exception {
    AllowedSigners signers =
        TestKeys.signers(
            """
            # who may release

              ci@web,ci@api namespaces="release.v1@pointsman",valid-after="20261101Z" %s ci key
            "bob@ops"\t%s
            \t
            #%s
            """
                .formatted(KEY, TestKeys.P256, TestKeys.RSA_2048));

    assertThat(signers.principals()).containsExactly("bob@ops", "ci@api", "ci@web");
    Signer ci = signers.withKey(key(KEY)).getFirst();
    assertThat(ci.principals()).containsExactly("ci@web", "ci@api");
    assertThat(ci.namespaces()).containsExactly(SshPattern.of(RELEASE));
    assertThat(ci.line()).isEqualTo(3);
    assertThat(ci.validAfter()).contains(Instant.parse("2026-11-01T00:00:00Z"));
    assertThat(ci.validBefore()).isEmpty();
    assertThat(signers.withKey(key(TestKeys.P256)).getFirst().namespaces()).isEmpty();
  }

  @Test
  void takesCrlfAndAFileWithoutALastLineEnd() throws Exception {
    assertThat(TestKeys.signers("ci " + KEY + "\r\nbob " + TestKeys.P256).principals())
        .containsExactly("bob", "ci");
  }

  @Test
  void listsNobodyWhereTheFileIsEmpty() throws Exception {
    assertThat(TestKeys.signers("# nobody yet\n").principals()).isEmpty();
  }

  @Test
  void keepsEveryLineOfAKey() throws Exception {
    AllowedSigners signers =
        TestKeys.signers("ci valid-before=\"20260101Z\" " + KEY + "\nci " + KEY + "\n");

    assertThat(signers.withKey(key(KEY))).hasSize(2);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "20261122Z,           2026-11-22T00:00:00Z",
    "202611221301Z,       2026-11-22T13:01:00Z",
    "20261122130159Z,     2026-11-22T13:01:59Z"
  })
  void readsTimesInUtc(String written, Instant meant) throws Exception {
    Signer signer = onlySigner("ci valid-before=\"" + written + "\" " + KEY);

    assertThat(signer.validBefore()).contains(meant);
    assertThat(signer.objection(RELEASE, meant)).isEmpty();
    assertThat(signer.objection(RELEASE, meant.plusNanos(1))).isPresent();
  }

  @Test
  void countsFromValidAfterOn() throws Exception {
    Signer signer = onlySigner("ci valid-after=\"202611221200Z\" " + KEY);

    assertThat(signer.objection(RELEASE, NOON.minusNanos(1)))
        .contains("is not valid before 2026-11-22T12:00:00Z");
    assertThat(signer.objection(RELEASE, NOON)).isEmpty();
  }

  @Test
  void countsOnlyForItsNamespaces() throws Exception {
    Signer signer = onlySigner("ci namespaces=\"git,file\" " + KEY);

    assertThat(signer.objection("git", NOON)).isEmpty();
    assertThat(signer.objection("file", NOON)).isEmpty();
    assertThat(signer.objection("fil", NOON)).isPresent();
    assertThat(signer.objection(RELEASE, NOON)).isPresent();
  }

  @ParameterizedTest(name = "{0} -> {1}")
  @MethodSource
  void refusesTheWholeFile(String line, String because) {
    byte[] file = ("ci@web " + TestKeys.P256 + "\n# comment\n" + line + "\n").getBytes(UTF_8);

    Rejected rejected = catchThrowableOfType(Rejected.class, () -> AllowedSigners.parse(file));

    assertThat(rejected).as("a refusal").isNotNull();
    assertThat(rejected.code()).isEqualTo(ErrorCode.AGENT_TRUST);
    assertThat(rejected.detail()).startsWith("allowed_signers, line 3: ").contains(because);
    assertThat(rejected.entry()).isEqualTo("allowed_signers:3");
  }

  static Stream<Arguments> refusesTheWholeFile() {
    return Stream.of(
        arguments("ci", "expected: principals"),
        arguments("ci ssh-ed25519", "expected: principals"),
        arguments(KEY, "nor an option that is known here"),
        arguments("ci namespaces=\"git\"", "expected: principals"),
        arguments("ci cert-authority=\"yes\" " + KEY, "expected ','"),
        arguments("ci cert-authority,cert-authority " + KEY, "given twice"),
        arguments("ci cert-authority, " + KEY, "expected ','"),
        arguments("c[i] cert-authority " + KEY, "'c[i]' is no pattern of principals"),
        arguments("ci # " + "x".repeat(16 << 10), "longer than 16384"),
        arguments("ci no-touch-required " + KEY, "'no-touch-required' is neither"),
        arguments("ci namespaces=\"git\",x=\"1\" " + KEY, "'x' is neither"),
        arguments("ci Namespaces=\"git\" " + KEY, "'Namespaces' is neither"),
        arguments("ci namespaces=git " + KEY, "expected namespaces=\"...\""),
        arguments("ci namespaces=\"git " + KEY, "a double quote is not closed"),
        arguments("ci namespaces=\"git\"\"x\" " + KEY, "expected ','"),
        arguments("ci namespaces=\"git\", " + KEY, "expected ','"),
        arguments("ci namespaces=\"\" " + KEY, "'' is no namespace"),
        arguments("ci namespaces=\"release v1\" " + KEY, "'release v1' is no namespace"),
        arguments("ci namespaces=\"git,git\" " + KEY, "named twice"),
        arguments("ci namespaces=\"git\",namespaces=\"git\" " + KEY, "given twice"),
        arguments("ci valid-after=\"20261101\" " + KEY, "write it in UTC"),
        arguments("ci valid-after=\"2026-11-01\" " + KEY, "write it in UTC"),
        arguments("ci valid-after=\"20261301Z\" " + KEY, "is no time"),
        arguments("ci valid-after=\"20260230Z\" " + KEY, "is no time"),
        arguments("ci valid-after=\"202611012460Z\" " + KEY, "is no time"),
        arguments("ci valid-after=\"20270101Z\",valid-before=\"20260101Z\" " + KEY, "is not after"),
        arguments("*@web " + KEY, "'*@web' is no principal"),
        arguments("!ci " + KEY, "'!ci' is no principal"),
        arguments("ci,,bob " + KEY, "'' is no principal"),
        arguments("ci,ci " + KEY, "named twice"),
        arguments("\"ci " + KEY, "a double quote is not closed"),
        arguments("ci ssh-ed25519 AAAA*", "not base64"),
        arguments("ci ssh-ed25519 AAAA", "ends too early"),
        arguments("ci ssh-rsa " + KEY.split(" ")[1], "the key is of type 'ssh-ed25519'"),
        arguments("ci " + TestKeys.RSA_2048, "an RSA key of 2048 bits"),
        arguments("ci " + TestKeys.DSA, "keys of type 'ssh-dss' are not accepted"));
  }

  @ParameterizedTest(name = "{0} for {1}: {2}")
  @CsvSource({
    "'release.*', release.v1@pointsman, true",
    "'*', release.v1@pointsman, true",
    "'release.v?@pointsman', release.v1@pointsman, true",
    "'release.v?@pointsman', release.v10@pointsman, false",
    "'git,*@pointsman', release.v1@pointsman, true",
    "'*,!release.*', release.v1@pointsman, false",
    "'*,!release.*', git, true",
    "'!git', release.v1@pointsman, false",
    "'RELEASE.*', release.v1@pointsman, false"
  })
  void readsNamespacesAsPatternsLikeSshKeygen(String written, String namespace, boolean counts)
      throws Exception {
    Signer signer = onlySigner("ci namespaces=\"" + written + "\" " + KEY);

    assertThat(signer.objection(namespace, NOON).isEmpty()).isEqualTo(counts);
  }

  @Test
  void keepsAuthoritiesApartFromSigners() throws Exception {
    AllowedSigners signers = TestKeys.signers("*@web,!root@web cert-authority " + KEY + "\n");

    assertThat(signers.withKey(key(KEY))).isEmpty();
    assertThat(signers.withAuthority(key(KEY)).getFirst().among(List.of("ci@web", "root@web", "x")))
        .containsExactly("ci@web");
  }

  @Test
  void refusesMoreLinesThanAnybodyNeeds() {
    byte[] file = ("ci " + KEY + "\n").repeat(AllowedSigners.MAX_LINES + 1).getBytes(UTF_8);

    assertThat(SshSignatureTest.codeOf(() -> AllowedSigners.parse(file)))
        .isEqualTo(ErrorCode.AGENT_TRUST);
  }

  @Test
  void refusesAFileThatIsNotTextOrTooLarge() {
    assertThat(SshSignatureTest.codeOf(() -> AllowedSigners.parse(new byte[] {(byte) 0xff})))
        .isEqualTo(ErrorCode.AGENT_TRUST);
    assertThat(SshSignatureTest.codeOf(() -> AllowedSigners.parse(new byte[(1 << 20) + 1])))
        .isEqualTo(ErrorCode.AGENT_TRUST);
  }

  @Test
  void revokesByKeyAndByFingerprint() throws Exception {
    RevokedKeys revoked =
        TestKeys.revoked(
            "# lost in the train\n%s laptop\n%s old\n"
                .formatted(TestKeys.P256, TestKeys.ED25519_FINGERPRINT));

    assertThat(revoked.contains(key(TestKeys.P256))).isTrue();
    assertThat(revoked.contains(key(KEY))).isTrue();
    assertThat(RevokedKeys.NONE.contains(key(KEY))).isFalse();
    assertThat(TestKeys.revoked(TestKeys.P256).contains(key(KEY))).isFalse();
  }

  @Test
  void revokesKeysThatWouldNotBeAcceptedAnyway() throws Exception {
    assertThat(TestKeys.revoked(TestKeys.RSA_2048 + "\n" + TestKeys.DSA)).isNotNull();
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource({
    "SHA256:abc, 'expected a public key'",
    "serial:1, 'expected serial:N'",
    "serial:x SHA256:x68VyTp6nbEqyi3GqGbPmBpI88LGdI5oinHOK1R652A, 'expected serial:N'",
    "serial:2-1 SHA256:x68VyTp6nbEqyi3GqGbPmBpI88LGdI5oinHOK1R652A, 'expected serial:N'",
    "serial:99999999999999999999 SHA256:x68VyTp6nbEqyi3GqGbPmBpI88LGdI5oinHOK1R652A, 'expected serial:N'",
    "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29t, 'ends too early'",
    "MD5:00:11, 'expected a public key'",
    "ssh-ed25519, 'expected a public key'",
    "ssh-ed25519 *, 'not base64'",
    "ci ssh-ed25519 AAAA, 'not base64'"
  })
  void refusesTheWholeListOfRevokedKeys(String line, String because) {
    Rejected rejected =
        catchThrowableOfType(Rejected.class, () -> TestKeys.revoked("\n" + line + "\n"));

    assertThat(rejected.code()).isEqualTo(ErrorCode.AGENT_TRUST);
    assertThat(rejected.detail()).startsWith("revoked, line 2: ").contains(because);
  }

  @Test
  void readsWhoHasToSign() throws Exception {
    TrustPolicy policy = TrustPolicy.parse(List.of("1 of ci@web", "2 of alice, bob,carol"));

    assertThat(policy.principals()).containsExactlyInAnyOrder("ci@web", "alice", "bob", "carol");
    assertThat(policy.requirements().getLast().count()).isEqualTo(2);
  }

  @ParameterizedTest(name = "{0}")
  @CsvSource(
      delimiter = '|',
      value = {
        "0 of ci     | is not of the form",
        "-1 of ci    | is not of the form",
        "one of ci   | is not of the form",
        "1 ci        | is not of the form",
        "1 of        | is not of the form",
        "100 of ci   | is not of the form",
        "2 of ci     | asks for more",
        "2 of ci,ci  | names a principal twice",
        "1 of ci,    | has ''",
        "1 of *      | has '*'",
        "1 of a b    | has 'a b'"
      })
  void refusesAPolicyThatNobodyOrEverybodyWouldMeet(String line, String because) {
    Rejected rejected =
        catchThrowableOfType(Rejected.class, () -> TrustPolicy.parse(List.of("1 of ok", line)));

    assertThat(rejected.code()).isEqualTo(ErrorCode.AGENT_TRUST);
    assertThat(rejected.detail()).contains(because);
    assertThat(rejected.entry()).isEqualTo(line);
  }

  @Test
  void refusesAPolicyWithoutALine() {
    assertThat(SshSignatureTest.codeOf(() -> TrustPolicy.parse(List.of())))
        .isEqualTo(ErrorCode.AGENT_TRUST);
  }

  private static Signer onlySigner(String line) throws Exception {
    return TestKeys.signers(line).withKey(key(KEY)).getFirst();
  }

  private static SshPublicKey key(String line) throws Exception {
    return SshPublicKey.parse(Base64.getDecoder().decode(line.split(" ")[1]));
  }
}
