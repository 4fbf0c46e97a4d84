package dev.pointsman.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.http.Json;
import dev.pointsman.protocol.api.VerificationResource;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class VerifyCommandTest {
  @TempDir Path temp;
  private final Terminal terminal = Terminal.plain();
  private Path tree;
  private Path bundle;
  private Path signers;
  private Path key;

  @BeforeEach
  void makeBundle() throws Exception {
    tree = Files.createDirectories(temp.resolve("out"));
    Files.createDirectories(tree.resolve("server/empty"));
    Files.writeString(tree.resolve("server/main.js"), "listen()");
    Files.writeString(tree.resolve("server/other.js"), "other()");
    Files.createSymbolicLink(tree.resolve("start"), Path.of("server/main.js"));
    bundle = temp.resolve("bundle");
    key = temp.resolve("key");
    shell("ssh-keygen -q -t ed25519 -N '' -C ci -f key");
    signers = temp.resolve("allowed_signers");
    Files.writeString(
        signers,
        "ci@web namespaces=\"release.v1@pointsman\" " + Files.readString(temp.resolve("key.pub")));
  }

  private void packAndSign(String format) {
    assertThat(
            terminal.run(
                "pack",
                "--app",
                "web",
                "--env",
                "prod",
                "--release",
                "r1",
                "--format",
                format,
                "--output",
                bundle.toString(),
                tree.toString()))
        .as(terminal.err())
        .isZero();
    assertThat(terminal.run("sign", "--key", key.toString(), bundle.toString())).isZero();
  }

  private String shell(String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-euc", script)
            .directory(temp.toFile())
            .redirectErrorStream(true)
            .start();
    try (InputStream in = process.getInputStream()) {
      String said = new String(in.readAllBytes(), StandardCharsets.UTF_8);
      assertThat(process.waitFor()).as(said).isZero();
      return said;
    }
  }

  private int verify(String... more) {
    List<String> words = new ArrayList<>(List.of("verify"));
    words.addAll(List.of(more));
    return terminal.run(words.toArray(String[]::new));
  }

  private void finds(Path subject, String... problems) {
    assertThat(verify("--json", subject.toString())).isEqualTo(ExitCode.FAILED);
    VerificationResource found;
    try {
      found = Json.read(terminal.out(), VerificationResource.class);
    } catch (IOException e) {
      throw new AssertionError(terminal.out(), e);
    }
    assertThat(found.sound()).isFalse();
    assertThat(found.count()).isEqualTo(found.problems().size());
    assertThat(found.problems()).containsExactlyInAnyOrder(problems);
  }

  @Nested
  class OfABundle {
    @ParameterizedTest
    @ValueSource(strings = {"tar", "tar.gz", "tar.zst"})
    void whatWasPackedIsGood(String format) {
      packAndSign(format);
      assertThat(verify("--allowed-signers", signers.toString(), bundle.toString()))
          .as(terminal.out() + terminal.err())
          .isZero();
      assertThat(terminal.out()).isEqualTo("good: web r1\n");
      assertThat(terminal.err()).isEmpty();
    }

    @Test
    void aTarIsAsGoodAsADirectory() throws Exception {
      packAndSign("tar.gz");
      shell("tar -cf b.tar -C bundle release.json release.json.sig files.lst.gz payload.tar.gz");
      assertThat(verify(temp.resolve("b.tar").toString())).isZero();
      assertThat(terminal.err()).contains("the signatures were not checked");
    }

    @Test
    void everyDifferingFileIsNamed() throws Exception {
      packAndSign("tar");
      shell(
          "mkdir x; tar -xf bundle/payload.tar -C x; echo listen{} | tr -d '\\n' >x/server/main.js;"
              + " rm x/server/other.js; echo new >x/new; tar -cf bundle/payload.tar -C x .");
      finds(
          bundle,
          "changed ./server/main.js: has other content than was signed for",
          "missing ./server/other.js",
          "unexpected ./new: files.lst has no such file",
          "refused archive.digest: The payload is not the one that was signed for.");
    }

    @Test
    void aListThatWasNotSignedForIsRefused() throws Exception {
      packAndSign("tar.gz");
      shell(
          "gzip -dc bundle/files.lst.gz | sed 's/^f 644 8/f 644 9/' | gzip >l; mv l bundle/files.lst.gz");
      finds(bundle, "refused tree.digest: files.lst is not the one that release.json names.");
    }

    @Test
    void aDamagedPayloadIsRefused() throws Exception {
      packAndSign("tar.zst");
      Path payload = bundle.resolve("payload.tar.zst");
      byte[] bytes = Files.readAllBytes(payload);
      bytes[bytes.length - 1] ^= 1;
      Files.write(payload, bytes);
      assertThat(verify(bundle.toString())).isEqualTo(ExitCode.FAILED);
      assertThat(terminal.out())
          .contains("refused zstd.format", "archive.digest", "not good: web r1");
    }

    @Test
    void whoSignedMatters() throws Exception {
      packAndSign("tar.gz");
      shell(
          "ssh-keygen -q -t ed25519 -N '' -C other -f other; sed 's/ ssh-ed25519.*//' allowed_signers | tr '\\n' ' ' >others; cat other.pub >>others");
      assertThat(verify("--allowed-signers", temp.resolve("others").toString(), bundle.toString()))
          .isEqualTo(ExitCode.FAILED);
      assertThat(terminal.out()).contains("refused sig.untrusted");
      assertThat(
              verify(
                  "--allowed-signers",
                  signers.toString(),
                  "--require",
                  "2 of ci@web,alice@ops",
                  bundle.toString()))
          .isEqualTo(ExitCode.FAILED);
      assertThat(terminal.out()).contains("refused sig.threshold");
      assertThat(
              verify(
                  "--allowed-signers",
                  signers.toString(),
                  "--revoked",
                  temp.resolve("key.pub").toString(),
                  bundle.toString()))
          .isEqualTo(ExitCode.FAILED);
      assertThat(terminal.out()).contains("refused sig.revoked");
    }

    @Test
    void theAppHasToBeTheOneThatIsNamed() {
      packAndSign("tar.gz");
      assertThat(verify("--app", "api", bundle.toString())).isEqualTo(ExitCode.FAILED);
      assertThat(terminal.out()).contains("statement.app: It is for the app web.");
    }
  }

  @Nested
  class OfARelease {
    private Path release;

    @BeforeEach
    void stage() throws Exception {
      packAndSign("tar.gz");
      release = Stage.release(temp.resolve("root"), bundle, tree);
    }

    @Test
    void whatWasStagedIsGood() {
      assertThat(verify("--allowed-signers", signers.toString(), release.toString()))
          .as(terminal.out() + terminal.err())
          .isZero();
      assertThat(terminal.out()).isEqualTo("good: web r1\n");
    }

    @Test
    void theLinkToTheCurrentReleaseWillDo() throws Exception {
      Path current = release.getParent().resolveSibling("current");
      Files.createSymbolicLink(current, Path.of("releases/r1"));
      assertThat(verify(current.toString())).as(terminal.out() + terminal.err()).isZero();
    }

    @Test
    void everyDifferenceIsNamed() throws Exception {
      Path main = release.resolve("server/main.js");
      Files.setPosixFilePermissions(main, PosixFilePermissions.fromString("rw-r--r--"));
      Files.writeString(main, "listen{}");
      Files.delete(release.resolve("server/other.js"));
      Files.delete(release.resolve("start"));
      Files.createSymbolicLink(release.resolve("start"), Path.of("elsewhere"));
      Files.delete(release.resolve("server/empty"));
      Files.createDirectories(release.resolve("cache/deep"));
      Files.writeString(release.resolve("server/added.js"), "");
      finds(
          release,
          "changed ./server/main.js: has the mode rw-r--r-- instead of r--r--r--",
          "changed ./server/main.js: has other content than was signed for",
          "missing ./server/other.js",
          "changed ./start: leads to elsewhere instead of server/main.js",
          "missing ./server/empty",
          "added ./cache/",
          "added ./server/added.js");
    }

    @Test
    void evidenceThatWasChangedIsNamed() throws Exception {
      Path list = release.getParent().resolveSibling("meta").resolve("r1/files.lst");
      Files.setPosixFilePermissions(list, PosixFilePermissions.fromString("rw-r--r--"));
      Files.writeString(list, Files.readString(list).replace("f 644 8 ", "f 644 9 "));
      assertThat(verify(release.toString())).isEqualTo(ExitCode.FAILED);
      assertThat(terminal.out())
          .contains("files.lst is not the file that was sealed")
          .contains("files.lst is not the list that release.json was signed with")
          .contains("changed ./server/main.js: has 8 bytes instead of 9");
    }
  }

  @Nested
  class OnTheHost {
    @Test
    void isAskedAboutARelease() {
      terminal.api.answering(new VerificationResource("web", "r1", true, 0, List.of()));
      assertThat(verify("--app", "web", "r1")).isZero();
      assertThat(terminal.api.asked).containsExactly("verify web r1");
      assertThat(terminal.out()).isEqualTo("good: web r1\n");
      assertThat(terminal.api.isClosed()).isTrue();
    }

    @Test
    void tellsWhatItFound() {
      terminal.api.answering(
          new VerificationResource("web", "r1", false, 1_201, List.of("missing ./a", "added ./b")));
      assertThat(verify("--app", "web", "r1")).isEqualTo(ExitCode.FAILED);
      assertThat(terminal.out())
          .isEqualTo("missing ./a\nadded ./b\nand 1199 more\nnot good: web r1, problems: 1201\n");
    }
  }

  @Test
  void saysWhatIsWrongWithTheCommand() throws Exception {
    assertThat(verify("nothing")).isEqualTo(ExitCode.USAGE);
    assertThat(terminal.err()).contains("no file or directory 'nothing'", "--app");
    assertThat(verify("--require", "1 of ci@web", tree.toString())).isEqualTo(ExitCode.USAGE);
    assertThat(verify("--app", "web", "..")).isNotZero();
    assertThat(verify(tree.toString())).isEqualTo(ExitCode.IO);
    assertThat(terminal.err()).contains("is no bundle", "no release's directory");
  }
}
