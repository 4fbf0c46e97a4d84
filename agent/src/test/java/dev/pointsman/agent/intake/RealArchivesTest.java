package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.release.DiskSnapshot;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Bundles made with the lines of docs/bundle.md, by real tools. */
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
      "ssh-keygen -q -Y sign -n release.v1@pointsman -f \"$KEY\" release.json\n";

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

  @ParameterizedTest
  @ValueSource(strings = {"gnu", "posix", "ustar"})
  void anArchiveOfEveryFormatArrivesAsItWas(String format) throws Exception {
    shell(
        "KEY="
            + keys.resolve("ci")
            + "; tar --format="
            + format
            + " -czf payload.tar.gz -C out .\n"
            + ARCHIVE);
    receivesTheBundle();
  }

  @Test
  void theArchiveNeedsNoOptionsOfTar() throws Exception {
    shell(
        "KEY=" + keys.resolve("ci") + "; cd out; tar -czf ../payload.tar.gz *; cd ..\n" + ARCHIVE);
    receivesTheBundle();
  }

  @Test
  void theArchiveOfPythonArrivesToo() throws Exception {
    shell(
        "KEY="
            + keys.resolve("ci")
            + "; python3 -c \"import tarfile; t = tarfile.open('payload.tar.gz', 'w:gz'); t.add('out', '.'); t.close()\"\n"
            + ARCHIVE);
    receivesTheBundle();
  }

  @Test
  void theListOfTheShellGoesWithItsArchive() throws Exception {
    shell(
        "KEY="
            + keys.resolve("ci")
            + "\n"
            + """
            cd out
            (LC_ALL=C; export LC_ALL; T=$(mktemp -d); find . -type f -print0 | sort -z > $T/f
            xargs -0 stat -c 'f %a %s' < $T/f > $T/a; xargs -0 sha256sum < $T/f > $T/b
            { echo '#pointsman-tree 1'; paste -d ' ' $T/a $T/b
              find . -type l | sort | while IFS= read -r p; do printf 'l %s\\t%s\\n' "$(readlink "$p")" "$p"; done
              find . -type d -empty | sort | sed 's/^/d /'; } > ../files.lst; rm -r $T)
            cd ..
            """
            + COUNT
            + """
            links=$(find out -type l | wc -l)
            tar -czf payload.tar.gz -C out .
            printf '{"type":"pointsman.release/1","app":"web","release":"r1","sequence":7,"created":"2026-11-22T18:45:07Z","target":{"env":["prod"]},"tree":{"sha256":"%s","size":%d,"files":%d,"links":%d,"bytes":%d}}' \\
              "$(sha256sum files.lst | cut -d' ' -f1)" "$(stat -c %s files.lst)" "$files" "$links" "$bytes" > release.json
            gzip -9 files.lst
            """
            + SIGN
            + "tar -cf bundle.tar release.json release.json.sig files.lst.gz payload.tar.gz\n");
    receivesTheBundle();
  }
}
