package dev.pointsman.agent.cli;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class TrustCommandsTest {
  private static final Instant THEN = Instant.parse("2026-11-22T18:45:07Z");
  private static final String MANIFEST =
      """
      {"type":"pointsman.release/1","app":"web","release":"r7","sequence":7,"created":"2026-11-22T18:45:07Z",\
      "target":{"env":["prod"]},"archive":{"sha256":"%s","size":1,"format":"tar","files":1,"bytes":1}}
      """
          .formatted("ab".repeat(32));

  @TempDir private Path directory;
  private final Terminal terminal = Terminal.plain();

  @Test
  void listsKeysAndWhichLinesCanBeMet() {
    terminal.api.answering(
        new TrustResource(
            List.of("allowed_signers is not valid"),
            List.of(
                new TrustResource.Key(
                    3,
                    List.of("ci@web"),
                    true,
                    "ssh-ed25519",
                    "SHA256:abc",
                    List.of(),
                    null,
                    THEN,
                    "expired")),
            List.of(
                new TrustResource.App(
                    "web",
                    List.of(new TrustResource.Requirement("1 of ci@web", false, List.of())),
                    new SequenceResource("web", "prod", 42L, 10, THEN),
                    List.of("r41")))));
    assertThat(terminal.run("trust", "list")).isZero();
    assertThat(terminal.out())
        .startsWith("! allowed_signers is not valid\n")
        .contains("3     expired  ci@web      ssh-ed25519 (authority)  SHA256:abc   anything")
        .contains("web  prod  42       1 of ci@web  NO")
        .contains("tainted releases of web: r41");
  }

  @Test
  void checksNothingElseThanWhatIsNamed() throws Exception {
    Files.writeString(directory.resolve("release.json"), MANIFEST);
    Files.writeString(directory.resolve("files.lst"), "");
    for (String other : List.of("no-bundle", "files.lst", "no-bundle/release.json")) {
      assertThat(terminal.run("trust", "check", directory + "/" + other))
          .as(other)
          .isEqualTo(ExitCode.USAGE);
    }
    assertThat(terminal.err()).contains("release.json' is no bundle directory and no release.json");
    assertThat(terminal.api.asked).isEmpty();
  }

  @Test
  void resetsTheSequence() {
    terminal.api.answering(new SequenceResource("web", "prod", 7L, 10, THEN));
    assertThat(terminal.run("trust", "reset-sequence", "web", "--to", "7", "--reason", "a bug"))
        .isZero();
    assertThat(terminal.out()).isEqualTo("web accepts sequence numbers from 8 to 17 now\n");
    assertThat(terminal.api.asked).containsExactly("sequence web 7 a bug");
    assertThat(terminal.run("trust", "reset-sequence", "web", "--to", "7"))
        .isEqualTo(ExitCode.USAGE);
  }

  @Test
  void asksTheAgentAboutABundle() throws Exception {
    Files.writeString(directory.resolve("release.json"), MANIFEST);
    Files.writeString(directory.resolve("release.json.sig"), "x");
    terminal.api.answering(
        new TrustReport(
            "web",
            null,
            false,
            "sig.malformed",
            "no",
            List.of(),
            List.of(
                new TrustReport.Signature(
                    "release.json.sig", "refused", null, List.of(), "it is 'x'")),
            List.of()));
    assertThat(terminal.run("trust", "check", directory + "/release.json"))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(terminal.api.asked).containsExactly("judge web [release.json.sig]");
    assertThat(terminal.out())
        .contains("release.json.sig  refused  it is 'x'")
        .contains("refused for web: sig.malformed: no");
  }

  @Test
  void decidesByFilesWithoutAnAgent() throws Exception {
    String key = signed();
    Path signers = Files.writeString(directory.resolve("signers"), "ci@web " + key + "\n");
    Path revoked = Files.writeString(directory.resolve("revoked"), key + "\n");
    String[] check = {
      "trust", "check", directory.toString(), "--allowed-signers", signers.toString(), "--require"
    };

    assertThat(terminal.run(with(check, "1 of ci@web"))).as(terminal.err()).isZero();
    assertThat(terminal.out())
        .contains("release.json.sig  verified  the key ssh-ed25519 SHA256:")
        .contains("accepted for web: signed by ci@web")
        .contains("Only the signatures were looked at.");
    assertThat(terminal.run(with(check, "1 of bob@ops"))).isEqualTo(ExitCode.REFUSED);
    assertThat(terminal.out()).contains("sig.threshold").contains("1 more of bob@ops");
    assertThat(terminal.run(with(check, "1 of ci@web", "--revoked", revoked.toString())))
        .isEqualTo(ExitCode.REFUSED);
    assertThat(terminal.out()).contains("sig.revoked");
    assertThat(terminal.api.asked).isEmpty();
    assertThat(terminal.run("trust", "check", directory.toString(), "--require", "1 of ci@web"))
        .isEqualTo(ExitCode.USAGE);
  }

  private static String[] with(String[] first, String... more) {
    return java.util.stream.Stream.concat(
            java.util.Arrays.stream(first), java.util.Arrays.stream(more))
        .toArray(String[]::new);
  }

  /** Signs the manifest; returns the public key. */
  private String signed() throws Exception {
    Path manifest = Files.writeString(directory.resolve("release.json"), MANIFEST);
    Path key = directory.resolve("key");
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "x", "-f", key.toString());
    run(
        "ssh-keygen",
        "-q",
        "-Y",
        "sign",
        "-n",
        "release.v1@pointsman",
        "-f",
        key.toString(),
        manifest.toString());
    return Files.readString(Path.of(key + ".pub"), UTF_8).strip();
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String said = new String(process.getInputStream().readAllBytes(), UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
