package dev.pointsman.protocol.trust;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.trust.SoftwareSigner.SoftSecurityKey;
import dev.pointsman.protocol.trust.SshKeygen.Key;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What we say to a signature compared with what {@code ssh-keygen -Y verify} says. We never take
 * what it refuses. What we refuse although it takes it is listed here, with the reason.
 */
@TestInstance(Lifecycle.PER_CLASS)
class SshKeygenAgreementTest {
  private static final Instant NOW = Instant.parse("2026-11-22T12:00:00Z");
  private static final String TIME = "verify-time=20261122120000Z";
  private static final byte[] DATA = "{\"app\":\"web\"}\n".getBytes(UTF_8);
  private static final int MUTANTS = 60;

  private SshKeygen keygen;

  @BeforeAll
  void makeKeys(@TempDir Path directory) {
    keygen = new SshKeygen(directory);
  }

  /** A key and a signature by it. */
  record Signed(String name, String publicLine, byte[] armored) {
    @Override
    public String toString() {
      return name;
    }
  }

  Stream<Signed> everyKind() throws Exception {
    Stream.Builder<Signed> all = Stream.builder();
    for (String kind : List.of("ed25519 0", "ecdsa 256", "ecdsa 384", "ecdsa 521", "rsa 3072")) {
      Key key =
          keygen.generate(
              kind.replace(' ', '-'), kind.split(" ")[0], Integer.parseInt(kind.split(" ")[1]));
      all.add(new Signed(kind, key.publicLine(), keygen.sign(key, ReleaseTrust.NAMESPACE, DATA)));
    }
    for (boolean ecdsa : new boolean[] {false, true}) {
      SoftSecurityKey key = new SoftSecurityKey(ecdsa);
      all.add(
          new Signed(
              ecdsa ? "sk-ecdsa" : "sk-ed25519",
              key.publicLine(),
              key.sign(DATA, 1, new byte[0]).armored()));
    }
    return all.build();
  }

  @ParameterizedTest
  @MethodSource("everyKind")
  void saysTheSameToDamagedSignatures(Signed signed) throws Exception {
    String file = "ci " + signed.publicLine() + "\n";
    assertThat(both(file, signed.armored(), DATA)).as("untouched").isEqualTo("yes yes");
    assertThat(both(file, signed.armored(), new byte[] {1})).as("other data").isEqualTo("no no");
    byte[] blob = SoftwareSigner.dearmor(signed.armored());
    long seed = 20_261_122;
    Random random = new Random(seed);
    for (int i = 0; i < MUTANTS; i++) {
      byte[] mutant = mutate(blob, random);
      String verdict = both(file, SoftwareSigner.armor(mutant), DATA);
      String difference = difference(blob, mutant);
      if (difference.endsWith("4 to 6") || difference.equals("byte 9, 1 to 0")) {
        // A point in hybrid form is the same point to OpenSSL, and other bytes to us; ssh-keygen
        // refuses versions after 1, but not version 0.
        assertThat(verdict).as(difference).startsWith("no ");
      } else {
        assertThat(verdict).as("mutant %d of seed %d: %s", i, seed, difference).isEqualTo("no no");
      }
    }
  }

  private static String difference(byte[] blob, byte[] mutant) {
    int at = java.util.Arrays.mismatch(blob, mutant);
    return "byte %d, %s".formatted(at, at < mutant.length ? blob[at] + " to " + mutant[at] : "cut");
  }

  private static byte[] mutate(byte[] blob, Random random) {
    byte[] mutant = blob.clone();
    int at = random.nextInt(blob.length);
    switch (random.nextInt(3)) {
      case 0 -> mutant[at] ^= (byte) (1 << random.nextInt(8));
      case 1 -> mutant[at] = (byte) ~mutant[at];
      default -> mutant = java.util.Arrays.copyOf(blob, at);
    }
    return mutant;
  }

  @ParameterizedTest(name = "{0} -> {1} {2}")
  @CsvSource(
      delimiter = '|',
      textBlock =
          """
          ci KEY                                              | yes | yes
          bob KEY                                             | no  | no
          ci,bob KEY                                          | yes | yes
          "ci" KEY                                            | yes | yes
          ci namespaces="release.v1@pointsman" KEY            | yes | yes
          ci namespaces="git,release.*" KEY                   | yes | yes
          ci namespaces="*,!release.*" KEY                    | no  | no
          ci namespaces="git" KEY                             | no  | no
          ci valid-after="20261122120000Z" KEY                | yes | yes
          ci valid-after="20261122120001Z" KEY                | no  | no
          ci valid-before="20261122120000Z" KEY               | yes | yes
          ci valid-before="20261122115959Z" KEY               | no  | no
          ci valid-before="202611221200Z" KEY                 | yes | yes
          ci valid-before="20261122Z" KEY                     | no  | no
          ci valid-before="20271122Z",valid-after="20251122Z" KEY | yes | yes
          ci cert-authority KEY                               | no  | no
          ci unknown-option KEY                               | no  | no
          # stricter: principals are counted, so that they are names
          c* KEY                                              | no  | yes
          *,!bob KEY                                          | no  | yes
          # stricter: times need their Z
          ci valid-before="20271122" KEY                      | no  | yes
          ci valid-before="20271122UTC" KEY                   | no  | yes
          """)
  void readsAllowedSignersTheSame(String line, String ours, String theirs) throws Exception {
    Key key = keygen.generate("k" + System.identityHashCode(line) + line.length(), "ed25519", 0);
    byte[] armored = keygen.sign(key, ReleaseTrust.NAMESPACE, DATA);

    assertThat(both(line.replace("KEY", key.publicLine()) + "\n", armored, DATA))
        .isEqualTo(ours + " " + theirs);
  }

  /** A file is one signature, and the base64 in it is written in the one right way. */
  @ParameterizedTest(name = "{0} -> {1} {2}")
  @CsvSource({
    "as it is, yes, yes",
    "text after it, no, yes",
    "a second signature after it, no, yes",
    "blanks in the base64, no, yes",
    "text before it, no, no",
    "a line end before it, no, no",
    "CRLF, yes, no",
    "one long line, yes, yes"
  })
  void isStricterAboutTheTextAroundASignature(String what, String ours, String theirs)
      throws Exception {
    Key key = keygen.generate("armor" + what.replace(' ', '-'), "ed25519", 0);
    String text = new String(keygen.sign(key, ReleaseTrust.NAMESPACE, DATA), US_ASCII);
    String changed =
        switch (what) {
          case "text after it" -> text + "x\n";
          case "a second signature after it" -> text + text;
          case "blanks in the base64" -> text.replaceFirst("U1NI", "U1 NI");
          case "text before it" -> "x\n" + text;
          case "a line end before it" -> "\n" + text;
          case "CRLF" -> text.replace("\n", "\r\n");
          case "one long line" ->
              new String(SoftwareSigner.armor(new byte[0]), US_ASCII)
                  .replace(
                      "\n\n",
                      "\n"
                          + java.util.Base64.getEncoder()
                              .encodeToString(SoftwareSigner.dearmor(text.getBytes(US_ASCII)))
                          + "\n");
          default -> text;
        };

    assertThat(both("ci " + key.publicLine() + "\n", changed.getBytes(US_ASCII), DATA))
        .isEqualTo(ours + " " + theirs);
  }

  /** A small RSA key; nobody at the security key; both are for us no signature at all. */
  @ParameterizedTest(name = "{0} -> {1} {2}")
  @CsvSource({"rsa 2048, no, yes", "untouched, no, yes"})
  void isStricterAboutKeys(String what, String ours, String theirs) throws Exception {
    String line;
    byte[] armored;
    if (what.startsWith("rsa")) {
      Key key = keygen.generate("small", "rsa", 2048);
      line = key.publicLine();
      armored = keygen.sign(key, ReleaseTrust.NAMESPACE, DATA);
    } else {
      SoftSecurityKey key = new SoftSecurityKey();
      line = key.publicLine();
      armored = key.sign(DATA, 0, new byte[0]).armored();
    }

    assertThat(both("ci " + line + "\n", armored, DATA)).isEqualTo(ours + " " + theirs);
  }

  private String both(String file, byte[] armored, byte[] data) throws Exception {
    return ours(file, armored, data) + " " + theirs(file, armored, data);
  }

  private static String ours(String file, byte[] armored, byte[] data) {
    try {
      ReleaseTrust.check(
          data,
          List.of(armored),
          TestKeys.signers(file),
          RevokedKeys.NONE,
          TrustPolicy.parse(List.of("1 of ci")),
          NOW);
      return "yes";
    } catch (dev.pointsman.protocol.api.Rejected e) {
      return "no";
    }
  }

  private String theirs(String file, byte[] armored, byte[] data) throws Exception {
    try {
      keygen.verify(file, "ci", ReleaseTrust.NAMESPACE, armored, data, TIME);
      return "yes";
    } catch (java.io.IOException e) {
      return "no";
    }
  }
}
