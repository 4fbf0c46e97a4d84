package dev.pointsman.packaging;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.RegisterExtension;

/** Releases that come in parts, to a real agent: with its own command line, and with curl. */
class DeltaTest {
  private static final Path DOCUMENT = Program.folder().resolve("../docs/bundle.md");
  private static final int NOISE = 24;

  @RegisterExtension private final Hosts hosts = Hosts.forEachTest();
  private final Random random = new Random(11);
  private Host host;

  @BeforeEach
  void start() throws Exception {
    host = hosts.start();
  }

  /** A release with content that no compression makes smaller. */
  private Path tree(String release) throws Exception {
    Path tree = Bundle.tree(host, release, Behaviour.GOOD);
    for (int i = 0; i < NOISE; i++) {
      byte[] content = new byte[1 << 20];
      random.nextBytes(content);
      Files.write(tree.resolve("noise" + i), content);
    }
    return tree;
  }

  private Path pack(Path tree, String release, long sequence, String... more) throws Exception {
    return Bundle.packed(host, release, sequence, tree, more).directory();
  }

  /** The lines of the document that carry this mark, as they stand there. */
  private static String lines(String mark) throws IOException {
    String text = Files.readString(DOCUMENT);
    int begin = text.indexOf("```sh\n", text.indexOf("<!-- lines: " + mark + " -->")) + 6;
    return text.substring(begin, text.indexOf("```", begin));
  }

  private Command lines(String mark, Path directory, String release) throws IOException {
    return Command.of(directory, "sh", "-euc", lines(mark))
        .with("SOCKET", host.socket().toString())
        .with("url", "http://localhost/v1/apps/web/releases/" + release)
        .with("blobs", "http://localhost/v1/apps/web/blobs");
  }

  /** The first of the document's lines: they send the envelope alone. */
  private Command envelope(Path directory, String release) throws IOException {
    return Command.of(directory, "sh", "-euc", lines("delta").replaceAll("(?s)\nif .*", "\n"))
        .with("SOCKET", host.socket().toString())
        .with("url", "http://localhost/v1/apps/web/releases/" + release);
  }

  private long verified(String release) throws IOException {
    Path blobs = host.state().resolve("incoming/web." + release + "/blobs");
    if (!Files.isDirectory(blobs)) {
      return 0;
    }
    try (Stream<Path> found = Files.list(blobs)) {
      return found.filter(path -> !path.toString().endsWith(".part")).count();
    }
  }

  @Test
  void pushSendsWhatChangedAndNothingElse() throws Exception {
    Path tree = tree("r1");
    Path first = pack(tree, "r1", 1);
    host.pointsman("push", "--deploy", "--wait", first.toString()).exits(0);
    host.awaitServing("web", "r1");
    Files.writeString(tree.resolve("changed.txt"), "changed");
    Path next = pack(tree, "r2", 2, "--no-payload");
    assertThat(next.resolve("payload.tar.gz")).doesNotExist();

    Command.Ran push = host.pointsman("push", "--tree", tree.toString(), next.toString()).exits(0);

    assertThat(push.out()).containsPattern("web r2 staged: [0-9]+ files, [0-9.]+ KiB sent for 24");
    assertThat(host.app("web").resolve("releases/r2/changed.txt")).hasContent("changed");
    assertThat(
            Files.mismatch(host.app("web").resolve("releases/r2/noise3"), tree.resolve("noise3")))
        .isEqualTo(-1);
  }

  @Test
  void theLinesOfTheDocumentDoTheSame() throws Exception {
    Path tree = tree("r1");
    Path bundle = pack(tree, "r1", 1);
    Files.createSymbolicLink(bundle.resolve("out"), tree);

    Command.Ran ran = lines("delta", bundle, "r1").run().exits(0);

    assertThat(ran.out()).contains("\"state\":\"staged\"");
    assertThat(
            Files.mismatch(host.app("web").resolve("releases/r1/noise3"), tree.resolve("noise3")))
        .isEqualTo(-1);
  }

  /** What of a pack was verified is not sent again, whatever ended the agent. */
  @Test
  void aPackThatTheAgentDidNotOutliveNeedNotComeAgain() throws Exception {
    Path tree = tree("r1");
    Path bundle = pack(tree, "r1", 1, "--no-payload");
    Files.createSymbolicLink(bundle.resolve("out"), tree);
    envelope(bundle, "r1").run().exits(0);
    List<String> before = Files.readAllLines(bundle.resolve("missing.txt"));
    Process sending =
        Command.of(
                bundle,
                "sh",
                "-euc",
                "tar -cf - -C out -T missing.txt | curl -sS --limit-rate 4M -T - -H 'Content-Type:"
                    + " application/x-tar' --unix-socket \"$SOCKET\" \"$url/pack\"")
            .with("SOCKET", host.socket().toString())
            .with("url", "http://localhost/v1/apps/web/releases/r1")
            .start(host.root().resolve("curl.log"));
    Path growing = host.state().resolve("incoming/web.r1/tree");
    Eventually.until("a few files are verified", () -> settled(growing) >= 3);
    host.agent().kill();
    long verified = settled(growing);
    sending.descendants().forEach(ProcessHandle::destroyForcibly);
    sending.destroyForcibly();

    host.agent().start();

    assertThat(verified("r1")).as("recovery keeps what was verified").isEqualTo(verified);
    String left =
        host.api("GET", "/v1/apps/web/releases/r1/missing", "-H", "Accept: text/plain").body();
    assertThat(before).containsAll(left.lines().toList());
    assertThat(left.lines()).hasSize(before.size() - (int) verified);
    Command.Ran push = host.pointsman("push", "--tree", tree.toString(), bundle.toString());
    assertThat(push.exits(0).out()).contains("web r1 staged");
    assertThat(
            Files.mismatch(host.app("web").resolve("releases/r1/noise3"), tree.resolve("noise3")))
        .isEqualTo(-1);
  }

  /** Files in their final form: their mode says that their content was compared. */
  private static long settled(Path tree) throws IOException {
    if (!Files.isDirectory(tree)) {
      return 0;
    }
    try (Stream<Path> found = Files.list(tree)) {
      return found.filter(DeltaTest::isSettled).count();
    }
  }

  private static boolean isSettled(Path file) {
    try {
      String mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
      return Files.isRegularFile(file) && mode.matches("r-.r-.r-.");
    } catch (IOException e) {
      return false; // Just renamed.
    }
  }

  @Test
  void aPushOutlivesTheAgentThatItPushesTo() throws Exception {
    Path tree = tree("r1");
    byte[] large = new byte[200 << 20];
    random.nextBytes(large);
    Files.write(tree.resolve("large.bin"), large);
    Path bundle = pack(tree, "r1", 1, "--no-payload");
    Process push =
        Command.of(
                host.root(),
                host.program(),
                "push",
                "--retry",
                "60s",
                "--tree",
                tree.toString(),
                bundle.toString())
            .with("POINTSMAN_SOCKET", host.socket().toString())
            .with("POINTSMAN_JAVA_HOME", System.getProperty("java.home"))
            .start(host.root().resolve("push.log"));
    Path blobs = host.state().resolve("incoming/web.r1/blobs");
    Eventually.until("some of the large file is here", () -> partOf(blobs) > 0);

    host.agent().kill();
    host.agent().start();

    assertThat(push.waitFor(120, TimeUnit.SECONDS)).isTrue();
    String said = Files.readString(host.root().resolve("push.log"));
    assertThat(push.exitValue()).as(said).isZero();
    assertThat(said).contains("going on in", "web r1 staged");
    assertThat(
            Files.mismatch(
                host.app("web").resolve("releases/r1/large.bin"), tree.resolve("large.bin")))
        .isEqualTo(-1);
    assertThat(Processes.mebibytes(host.agent().pid(), "VmHWM")).isLessThan(200);
  }

  static long partOf(Path blobs) throws IOException {
    if (!Files.isDirectory(blobs)) {
      return 0;
    }
    try (Stream<Path> found = Files.list(blobs)) {
      return found
          .filter(path -> path.toString().endsWith(".part"))
          .mapToLong(DeltaTest::size)
          .sum();
    }
  }

  private static long size(Path file) {
    try {
      return Files.size(file);
    } catch (IOException e) {
      return 0; // Just renamed.
    }
  }

  @Test
  void aLargeFileGoesOnAfterCurlWasKilled() throws Exception {
    Path tree = Bundle.tree(host, "r1", Behaviour.GOOD);
    byte[] large = new byte[20 << 20];
    random.nextBytes(large);
    Files.write(tree.resolve("large.bin"), large);
    Path bundle = pack(tree, "r1", 1);
    Files.createSymbolicLink(bundle.resolve("out"), tree);
    envelope(bundle, "r1").run().exits(0);
    Process sending =
        Command.of(bundle, "sh", "-euc", lines("blob").replace("-C \"$offset\"", "--limit-rate 2M"))
            .with("SOCKET", host.socket().toString())
            .with("blobs", "http://localhost/v1/apps/web/blobs")
            .with("file", "out/large.bin")
            .start(host.root().resolve("curl.log"));
    Path blobs = host.state().resolve("incoming/web.r1/blobs");
    Eventually.until("some of it is here", () -> partOf(blobs) > 1 << 20);
    sending.descendants().forEach(ProcessHandle::destroyForcibly);
    sending.destroyForcibly();

    lines("blob", bundle, "r1").with("file", "out/large.bin").run().exits(0);

    assertThat(verified("r1")).isEqualTo(1);
    lines("delta", bundle, "r1").run().exits(0);
    assertThat(Files.readString(bundle.resolve("missing.txt"))).doesNotContain("large.bin");
    assertThat(
            Files.mismatch(
                host.app("web").resolve("releases/r1/large.bin"), tree.resolve("large.bin")))
        .isEqualTo(-1);
  }
}
