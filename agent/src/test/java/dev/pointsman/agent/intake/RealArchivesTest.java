package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.release.DiskSnapshot;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles made with the lines of docs/bundle.md, by every tool that people pack with. */
class RealArchivesTest {
  @TempDir private static Path keys;
  private static SigningKey ci;

  @TempDir private Path temp;
  private TestHost host;
  private Path out;

  @BeforeAll
  static void makeKey() throws Exception {
    ci = new SigningKey(keys, "ci", "-t", "ed25519");
  }

  @BeforeEach
  void makeTree() throws Exception {
    host = new TestHost(temp, ci);
    out = Files.createDirectories(temp.resolve("build/out"));
    Path module = Files.createDirectories(out.resolve("node_modules/a-module/dist"));
    Files.createDirectories(out.resolve("node_modules/.bin"));
    Files.createDirectories(out.resolve("uploads"));
    Files.writeString(module.resolve("index.js"), "module.exports = 1\n".repeat(1_000));
    Files.writeString(out.resolve("server.js"), "listen()\n");
    Files.writeString(out.resolve("na\u00efve file.txt"), "");
    Path deep = out.resolve("d".repeat(90) + "/" + "e".repeat(90));
    Files.createDirectories(deep.getParent());
    Files.writeString(deep, "deep");
    Path cli =
        Files.writeString(out.resolve("node_modules/a-module/cli.js"), "#!/usr/bin/env node\n");
    assertThat(cli.toFile().setExecutable(true, false)).isTrue();
    Files.createSymbolicLink(out.resolve("node_modules/.bin/a"), Path.of("../a-module/cli.js"));
    Files.createLink(out.resolve("same.js"), module.resolve("index.js"));
  }

  /** The tree as it should arrive: names, types, targets and content, with the agent's modes. */
  private static Map<String, String> arrival(Path tree) throws IOException {
    Map<String, String> seen = new TreeMap<>();
    DiskSnapshot.of(tree)
        .forEach((path, what) ->
            seen.put(
                path,
                what.replaceFirst("^file r.x.*? ", "file r-xr-xr-x ")
                    .replaceFirst("^file r.-.*? ", "file r--r--r-- ")
                    .replaceFirst("^directory .*", "directory rwxr-xr-x")));
    return seen;
  }

  private void shell(String script) throws Exception {
    Tool.run(out.getParent(), "sh", "-euc", script);
  }

  private void receivesTheBundle() throws Exception {
    byte[] bundle = Files.readAllBytes(out.resolveSibling("bundle.tar"));
    Received received = host.receive(bundle);
    assertThat(DiskSnapshot.of(received.release().directory())).isEqualTo(arrival(out));
    host.store().verifyFully(TestHost.R1);
  }

  private static final String SIGN =
      "rm -f release.json.sig; ssh-keygen -q -Y sign -n release.v1@pointsman -f \"$KEY\" release.json\n";

  private static final String COUNT =
      """
      files=$(find out -type f | wc -l)
      bytes=$(find out -type f -exec stat -c %s {} + | awk '{ n += $1 } END { print n + 0 }')
      """;

  private static final String ARCHIVE =
      COUNT
          + """
          printf '{"type":"pointsman.release/1","app":"web","release":"r1","sequence":7,"created":"2026-11-22T18:45:07Z","target":{"env":["prod"]},"archive":{"sha256":"%s","size":%d,"format":"tar.gz","files":%d,"bytes":%d}}' \\
            "$(sha256sum payload.tar.gz | cut -d' ' -f1)" "$(stat -c %s payload.tar.gz)" "$files" "$bytes" > release.json
          """
          + SIGN
          + "tar -cf bundle.tar release.json release.json.sig payload.tar.gz\n";

  /** The lines of docs/bundle.md that make a list. */
  private static final String LIST =
      """
      cd out
      (LC_ALL=C; export LC_ALL; T=$(mktemp -d); find . -type f -print0 | sort -z > $T/f
      xargs -0 stat -c 'f %a %s' < $T/f > $T/a; xargs -0 sha256sum < $T/f > $T/b
      { echo '#pointsman-tree 1'; paste -d ' ' $T/a $T/b
        find . -type l | sort | while IFS= read -r p; do printf 'l %s\\t%s\\n' "$(readlink "$p")" "$p"; done
        find . -type d -empty | sort | sed 's/^/d /'; } > ../files.lst; rm -r $T)
      cd ..
      """;

  private static final String TREE =
      COUNT
          + """
          links=$(find out -type l | wc -l)
          printf '{"type":"pointsman.release/1","app":"web","release":"r1","sequence":8,"created":"2026-11-22T18:45:07Z","target":{"env":["prod"]},"tree":{"sha256":"%s","size":%d,"files":%d,"links":%d,"bytes":%d}}' \\
            "$(sha256sum files.lst | cut -d' ' -f1)" "$(stat -c %s files.lst)" "$files" "$links" "$bytes" > release.json
          gzip -9 files.lst
          """
          + SIGN
          + "tar -cf bundle.tar release.json release.json.sig files.lst.gz payload.tar.gz\n";

  private static final String PYTHON =
      "python3 -c \"import tarfile; t = tarfile.open('payload.tar', 'w', format=tarfile.%s_FORMAT); t.add('out', '.'); t.close()\"";

  /** By npm's own copy of node-tar, which lies beside it. */
  private static final String NODE_TAR =
      """
      TAR=$(dirname "$(readlink -f "$(command -v npm)")")/../node_modules/tar node -e '
        require(process.env.TAR).c({ sync: true, cwd: "out", file: "payload.tar"%s }, ["."])'\
      """;

  /** What writes {@code payload.tar} from the directory {@code out}. */
  static Stream<Arguments> tools() {
    return Stream.of(
        Arguments.of("GNU tar, gnu", "tar --format=gnu -cf payload.tar -C out ."),
        Arguments.of("GNU tar, posix", "tar --format=posix -cf payload.tar -C out ."),
        Arguments.of("GNU tar, ustar", "tar --format=ustar -cf payload.tar -C out ."),
        Arguments.of(
            "GNU tar, posix, with attributes",
            "tar --format=posix --xattrs --acls -cf payload.tar -C out ."),
        Arguments.of("GNU tar, names", "cd out; tar -cf ../payload.tar *"),
        Arguments.of("GNU tar, sorted", "tar --sort=name --owner=0 -cf payload.tar -C out ."),
        Arguments.of("bsdtar", "bsdtar -cf payload.tar -C out ."),
        Arguments.of("bsdtar, pax", "bsdtar --format pax -cf payload.tar -C out ."),
        Arguments.of("bsdtar, gnutar", "bsdtar --format gnutar -cf payload.tar -C out ."),
        Arguments.of("bsdtar, ustar", "bsdtar --format ustar -cf payload.tar -C out ."),
        Arguments.of("BusyBox", "busybox tar -cf payload.tar -C out ."),
        Arguments.of("Python, pax", PYTHON.formatted("PAX")),
        Arguments.of("Python, gnu", PYTHON.formatted("GNU")),
        Arguments.of("Python, ustar", PYTHON.formatted("USTAR")),
        Arguments.of("node-tar", NODE_TAR.formatted("")),
        Arguments.of("node-tar, portable", NODE_TAR.formatted(", portable: true")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("tools")
  void whatAToolPacksArrivesAsItWas(String name, String command) throws Exception {
    shell("(" + command + ")");
    receivesThePayload();
  }

  @Test
  void whatGitArchivesArrivesAsItWas() throws Exception {
    Files.delete(out.resolve("uploads")); // Git has no empty directories.
    shell(
        """
        export GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
        git -C out init -q; git -C out add -A
        git -C out -c user.name=a -c user.email=a@example.net commit -qm all
        git -C out archive --format=tar HEAD > payload.tar; rm -rf out/.git\
        """);
    receivesThePayload();
  }

  @Test
  void aTreeOfHardLinksArrivesAsFilesWithTheirContent() throws Exception {
    // But not of hard-linked symbolic links, which no reader promises to understand.
    shell(
        "cp -al out copy; rm copy/node_modules/.bin/a; cp -P out/node_modules/.bin/a copy/node_modules/.bin/\n"
            + "mv copy out/copy; tar -cf payload.tar -C out .");
    receivesThePayload();
  }

  /** Made by packaging/archives/prepare: links through {@code .pnpm}, and hard links. */
  @Test
  void aTreeOfPnpmArrivesAsItWas() throws Exception {
    Path tree = Path.of("../packaging/archives/tree").toAbsolutePath().normalize();
    assertThat(tree.resolve("node_modules/.installed-for"))
        .as("what packaging/archives/prepare makes, which packaging/verify runs")
        .exists();
    host.limits = new LimitsConfig(4 << 20, 20_000, 16 << 20, 256 << 20, 2_000, 2, 1);
    shell("rm -rf out; cp -a '" + tree + "' out; tar -cf payload.tar -C out .");
    receivesThePayload();
  }

  @ParameterizedTest
  @ValueSource(strings = {"gnu", "posix"})
  void aSparseArchiveIsRefused(String format) throws Exception {
    shell(
        "truncate -s 900K out/sparse; tar -S --format="
            + format
            + " -cf payload.tar -C out sparse");
    TestBundle bundle = TestBundle.archive(ci).counts(1, 900 << 10);
    bundle.payload = Files.readAllBytes(out.resolveSibling("payload.tar"));
    host.refuses("tar.sparse", bundle.build());
  }

  /** Signed as an archive, then as a tree; both have to bring what is in the directory. */
  private void receivesThePayload() throws Exception {
    shell("gzip -n payload.tar; KEY=" + keys.resolve("ci") + "\n" + ARCHIVE);
    receivesTheBundle();
    shell("KEY=" + keys.resolve("ci") + "\n" + LIST + TREE.replace("\"r1\"", "\"r2\""));
    Received received =
        host.receive(new ReleaseId("r2"), Files.newInputStream(out.resolveSibling("bundle.tar")));
    assertThat(DiskSnapshot.of(received.release().directory())).isEqualTo(arrival(out));
    host.store().verifyFully(new ReleaseId("r2"));
  }

  @Test
  void theListOfTheShellGoesWithItsArchive() throws Exception {
    shell("KEY=" + keys.resolve("ci") + "; tar -czf payload.tar.gz -C out .\n" + LIST + TREE);
    receivesTheBundle();
  }
}
