package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.protocol.api.Rejected;
import java.io.ByteArrayInputStream;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * The archives of the table, and some more, as packs for an open session: each is refused, nothing
 * outside the session changes, and when the session is given up nothing of it is left.
 */
class PackAttackTest {
  @TempDir private static Path keys;
  private static SigningKey ci;

  @TempDir private Path temp;
  private TestHost host;
  private Map<String, String> before;

  @BeforeAll
  static void makeKey() throws Exception {
    ci = new SigningKey(keys, "ci", "-t", "ed25519");
  }

  @BeforeEach
  void openASession() throws Exception {
    host = new TestHost(temp, ci);
    before = host.snapshot();
    TestBundle bundle = TestBundle.listed(ci);
    byte[] manifest = bundle.manifest();
    byte[] head =
        new TarBytes()
            .file("release.json", manifest)
            .file("release.json.sig", ci.sign(manifest))
            .file("files.lst", TestBundle.OK_LIST)
            .end();
    assertThat(host.open(TestHost.R1, head).paths()).containsExactly("./a.txt");
  }

  static Stream<ArchiveAttack> packs() {
    return Stream.concat(AttackTableTest.archives(), ofThisList());
  }

  private static ArchiveAttack row(String code, String what, TarBytes tar) {
    return new ArchiveAttack(code, what, tar.end());
  }

  private static TarBytes tar() {
    return new TarBytes();
  }

  private static Stream<ArchiveAttack> ofThisList() {
    return Stream.of(
        row("blob.digest", "other content of the same size", tar().file("a.txt", "HELLO")),
        row("blob.size", "shorter content", tar().file("a.txt", "hell")),
        row("tar.unexpected", "a file that is not listed", tar().file("b.txt", "hello")),
        row(
            "tar.unexpected",
            "a file beside the one that is missing",
            tar().file("a.txt", "hello").file("z", "x")),
        row("tar.unexpected", "a link that is listed", tar().symlink("b", "a.txt")),
        row("tar.unexpected", "a directory that is listed", tar().directory("empty")),
        row("link.hardlink", "a hard link to nothing", tar().hardlink("a.txt", "x")),
        row("path.duplicate", "a file twice", tar().file("a.txt", "hello").file("a.txt", "hello")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("packs")
  void isRefusedAndChangesNothingButTheSession(ArchiveAttack attack) throws Exception {
    for (PackFormat format : new PackFormat[] {PackFormat.TAR, PackFormat.TAR_GZIP}) {
      byte[] sent = format == PackFormat.TAR ? attack.tar() : TestBundle.gzip(attack.tar());
      Throwable thrown =
          catchThrowable(() -> host.pack(TestHost.R1, format, new ByteArrayInputStream(sent)));

      assertThat(thrown).isInstanceOf(Rejected.class);
      Rejected rejected = (Rejected) thrown;
      assertThat(rejected.code().status()).as(rejected.getMessage()).isIn(413, 422);
      assertThat(outsideTheSession(host.snapshot())).isEqualTo(outsideTheSession(before));
      assertThat(host.journaled).isEmpty();
    }
    host.intake().discard(TestHost.WEB, TestHost.R1);
    assertThat(outsideTheSession(host.snapshot())).isEqualTo(outsideTheSession(before));
    assertThat(host.root.resolve("incoming")).isEmptyDirectory();
  }

  static Stream<ArchiveAttack> ofThisListWithTheirCodes() {
    return ofThisList();
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("ofThisListWithTheirCodes")
  void saysWhatIsWrongWithIt(ArchiveAttack attack) {
    Throwable thrown =
        catchThrowable(
            () -> host.pack(TestHost.R1, PackFormat.TAR, new ByteArrayInputStream(attack.tar())));

    assertThat(((Rejected) thrown).code().wire()).isEqualTo(attack.code());
  }

  private static Map<String, String> outsideTheSession(Map<String, String> snapshot) {
    Map<String, String> outside = new TreeMap<>(snapshot);
    outside.keySet().removeIf(path -> path.startsWith("incoming"));
    return outside;
  }
}
