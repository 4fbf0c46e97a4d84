package dev.pointsman.agent.cli;

import static dev.pointsman.agent.cli.Terminal.deployment;
import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.Phase;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.BundleReader;
import dev.pointsman.protocol.bundle.Compression;
import dev.pointsman.protocol.bundle.Manifest;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** From a directory to a push, as a release pipeline does it. */
class BundleCommandsTest {
  @TempDir Path temp;
  private final Terminal terminal = Terminal.plain();
  private Path tree;
  private Path bundle;
  private Path key;

  @BeforeEach
  void makeTree() throws Exception {
    tree = Files.createDirectories(temp.resolve("out/server"));
    Files.writeString(tree.resolve("main.js"), "listen()");
    tree = tree.getParent();
    bundle = temp.resolve("bundle");
    key = temp.resolve("key");
    run("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "ci", "-f", key.toString());
  }

  private int pack(String... more) {
    List<String> args = new ArrayList<>(List.of("pack", "--app", "web", "--env", "prod"));
    args.addAll(List.of(more));
    args.addAll(List.of("--output", bundle.toString(), tree.toString()));
    return terminal.run(args.toArray(String[]::new));
  }

  private Manifest manifest() throws Exception {
    return Manifest.parse(Files.readAllBytes(bundle.resolve("release.json")));
  }

  @Test
  void packsWithTheDefaults() throws Exception {
    assertThat(pack()).as(terminal.err()).isZero();
    Manifest manifest = manifest();
    assertThat(manifest.release().value()).isEqualTo("20261122T184507Z");
    assertThat(manifest.created()).isEqualTo(Instant.parse("2026-11-22T18:45:07Z"));
    assertThat(manifest.expires()).hasValue(Instant.parse("2026-11-29T18:45:07Z"));
    assertThat(manifest.sequence()).isEqualTo(manifest.created().getEpochSecond());
    assertThat(manifest.process()).isEmpty();
    assertThat(manifest.meta()).isEmpty();
    assertThat(terminal.out())
        .matches(
            "packed web 20261122T184507Z \\(sequence 1795373107\\) into .*: 1 files, 0 links, 8 B; payload [0-9]+ B\nnext: pointsman sign --key KEY .*\n");
  }

  @Test
  void packsWithEverythingSaid() throws Exception {
    int code =
        pack(
            "--release",
            "r1",
            "--sequence",
            "9",
            "--env",
            "beta,stage",
            "--hosts",
            "web-*,api-1",
            "--platform",
            "linux/amd64",
            "--expires",
            "1h",
            "--command",
            "node 'server/main.js' \"a b\"",
            "--working-directory",
            "server",
            "--health-path",
            "/up",
            "--public",
            "dist",
            "--assets",
            "assets",
            "--hook",
            "migrate",
            "--meta",
            "commit=4f2c",
            "--meta",
            "run=7",
            "--exclude",
            "*.map");
    assertThat(code).as(terminal.err()).isZero();
    Manifest manifest = manifest();
    assertThat(manifest.target())
        .hasValue(
            new Manifest.Target(
                List.of("prod", "beta", "stage"),
                List.of("web-*", "api-1"),
                Optional.of("linux/amd64")));
    assertThat(manifest.process())
        .hasValue(
            new Manifest.ProcessDefaults(
                Optional.of(List.of("node", "server/main.js", "a b")),
                Optional.of("server"),
                Optional.of("/up"),
                Optional.of("dist"),
                Optional.of("assets")));
    assertThat(manifest.hooks()).containsExactly("migrate");
    assertThat(manifest.meta()).hasValue("{\"commit\":\"4f2c\",\"run\":\"7\"}");
    assertThat(terminal.err())
        .isEqualTo(
            "warning: there is no file 'server/server/main.js' in the release (--command)\n");
  }

  @Test
  void theReleaseIsNamedByTheCommitToo() throws Exception {
    run("git", "-C", tree.toString(), "init", "-q");
    run(
        "git",
        "-C",
        tree.toString(),
        "-c",
        "user.name=n",
        "-c",
        "user.email=e@x",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "first");
    assertThat(pack("--exclude", ".git")).isZero();
    assertThat(manifest().release().value()).matches("20261122T184507Z-[0-9a-f]{7,}");
  }

  @Test
  void whatAnAgentWouldRefuseIsRefusedAndNothingIsWritten() throws Exception {
    Files.createSymbolicLink(tree.resolve("passwd"), Path.of("/etc/passwd"));
    assertThat(pack()).isEqualTo(4);
    assertThat(terminal.err()).contains("code:  link.absolute").contains("passwd");
    assertThat(bundle).doesNotExist();
    assertThat(temp).isDirectoryNotContaining("glob:**/.pack-*");
  }

  @Test
  void mistakesInWhatTheManifestIsToSayAreRefusedAtOnce() {
    assertThat(pack("--working-directory", "../x")).isEqualTo(4);
    assertThat(terminal.err()).contains("process.working_directory");
    assertThat(pack("--command", "node 'x")).isEqualTo(64);
    assertThat(terminal.err()).contains("--command: a quote is not closed");
    assertThat(bundle).doesNotExist();
  }

  @Test
  void aTreeThatIsNotThereIsNamed() {
    tree = temp.resolve("nowhere");
    assertThat(pack()).isEqualTo(74);
    assertThat(terminal.err()).isEqualTo("pointsman: " + tree + " is no directory\n");
  }

  @Test
  void asJsonItPrintsTheManifest() throws Exception {
    assertThat(pack("--json")).isZero();
    assertThat(Manifest.parse(terminal.out().strip().getBytes(StandardCharsets.UTF_8)))
        .isEqualTo(manifest());
    assertThat(terminal.out().lines()).hasSize(1);
  }

  @Test
  void signsSoThatOpensshAgrees() throws Exception {
    pack();
    assertThat(terminal.run("sign", "--key", key.toString(), bundle.toString())).isZero();
    assertThat(terminal.out()).endsWith("next: pointsman push " + bundle + "\n");
    assertThat(terminal.run("sign", "--key", key.toString(), "--name", "ops", bundle.toString()))
        .isZero();
    for (String name : List.of("release.json.sig", "release.json.ops.sig")) {
      run(
          "sh",
          "-c",
          "ssh-keygen -Y check-novalidate -n release.v1@pointsman -s '"
              + bundle.resolve(name)
              + "' < '"
              + bundle.resolve("release.json")
              + "'");
    }
    assertThat(bundle).isDirectoryNotContaining("glob:**/.sign-*");
  }

  @Test
  void anUnusableKeyLeavesTheOldSignature() throws Exception {
    pack();
    Files.writeString(bundle.resolve("release.json.sig"), "old");
    assertThat(terminal.run("sign", "--key", temp.resolve("no-key").toString(), bundle.toString()))
        .isEqualTo(74);
    assertThat(terminal.err()).contains("ssh-keygen did not sign");
    assertThat(bundle.resolve("release.json.sig")).hasContent("old");
    assertThat(bundle).isDirectoryNotContaining("glob:**/.sign-*");
  }

  @Test
  void aDirectoryThatIsNoBundleIsNeitherSignedNorSent() {
    assertThat(terminal.run("sign", "--key", key.toString(), temp.toString())).isEqualTo(74);
    assertThat(terminal.err()).contains("is no bundle");
    assertThat(terminal.run("push", temp.toString())).isEqualTo(74);
    assertThat(terminal.err()).contains("is no bundle").contains("pointsman pack");
  }

  @Test
  void anUnsignedBundleIsNotSent() {
    pack();
    assertThat(terminal.run("push", bundle.toString())).isEqualTo(4);
    assertThat(terminal.err()).contains("code:  sig.missing");
    assertThat(terminal.api.asked).isEmpty();
  }

  @Test
  void pushSendsTheWholeBundle() throws Exception {
    pack("--release", "r2");
    terminal.run("sign", "--key", key.toString(), bundle.toString());
    terminal.api.answering(new StagedResource("web", "r2", "staged", true, 1, 8, 42, null));
    assertThat(terminal.run("push", "--full", bundle.toString())).as(terminal.err()).isZero();
    assertThat(terminal.api.asked).containsExactly("send web r2");
    BundleReader sent = new BundleReader(new ByteArrayInputStream(terminal.api.received));
    assertThat(sent.head().signatures()).containsOnlyKeys("release.json.sig");
    assertThat(sent.next().orElseThrow().compression()).isEqualTo(Compression.GZIP);
    assertThat(sent.next().orElseThrow().kind()).isEqualTo(BundleReader.Kind.PAYLOAD);
    assertThat(terminal.out())
        .matches(
            "web r2 staged: 1 files, [0-9.]+ KiB sent for 8 B, 8 B new, in 42 ms\nnext: pointsman deploy web r2 --wait\n");
  }

  @Test
  void pushDeploysAndWaits() throws Exception {
    pack("--release", "r2");
    terminal.run("sign", "--key", key.toString(), bundle.toString());
    terminal.api.answering(
        new StagedResource("web", "r2", "staged", false, 1, 0, 1, "web-12"),
        deployment(DeploymentState.RUNNING, Phase.ROLL, 0),
        deployment(DeploymentState.REVERTED, Phase.ROLL, 4));
    assertThat(terminal.run("push", "--deploy", "--wait", bundle.toString())).isEqualTo(2);
    assertThat(terminal.api.asked)
        .containsExactly("send web r2 deploy", "deployment web-12", "deployment web-12");
    assertThat(terminal.out()).startsWith("web r2 was staged here already\n");
  }

  @Test
  void aPersonSeesTheUploadMove() throws Exception {
    pack("--release", "r2");
    terminal.run("sign", "--key", key.toString(), bundle.toString());
    Terminal live = Terminal.live();
    live.api.answering(new StagedResource("web", "r2", "staged", true, 1, 8, 42, null));
    assertThat(live.run("push", "--full", bundle.toString())).isZero();
    assertThat(live.out())
        .contains("\r\u001b[K  web r2: 512 B of ")
        .contains(" %), ")
        .contains("waiting for it to be staged\r\u001b[Kweb r2 staged: ");
  }

  private static void run(String... command) throws Exception {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as("%s: %s", List.of(command), output).isZero();
  }
}
