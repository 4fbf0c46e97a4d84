package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A signed bundle, made with ordinary tools.
 *
 * @param whole the bundle as it is sent in one piece
 * @param envelope the bundle without its payload
 * @param tree what it was made of
 */
record CrashBundle(ReleaseId id, long sequence, byte[] whole, byte[] envelope, Path tree) {
  private static final String SCRIPT =
      """
      set -eu; LC_ALL=C; export LC_ALL
      (cd tree
       { echo '#pointsman-tree 1'
         find . -type f | sort | while read -r f; do
           echo "f $(stat -c '%a %s' "$f") $(sha256sum "$f")"
         done
         find . -type l | sort | while read -r f; do printf 'l %s\\t%s\\n' "$(readlink "$f")" "$f"; done
         find . -type d -empty | sort | sed 's/^/d /'; } >../files.lst)
      tar -cf payload.tar --sort=name -C tree .
      files=$(grep -c '^f' files.lst); links=$(grep -c '^l' files.lst)
      bytes=$(awk '/^f/ { n += $3 } END { print n }' files.lst)
      printf '{"type":"pointsman.release/1","app":"web","release":"%s","sequence":%s,"created":"%s","target":{"env":["prod"]}' \\
        "$RELEASE" "$SEQUENCE" "$CREATED" >release.json
      if [ "$KIND" = listed ]; then
        printf ',"tree":{"sha256":"%s","size":%s,"files":%s,"links":%s,"bytes":%s}}' \\
          "$(sha256sum files.lst | cut -d' ' -f1)" "$(stat -c %s files.lst)" "$files" "$links" "$bytes" >>release.json
      else
        printf ',"archive":{"sha256":"%s","size":%s,"format":"tar","files":%s,"bytes":%s}}' \\
          "$(sha256sum payload.tar | cut -d' ' -f1)" "$(stat -c %s payload.tar)" "$files" "$bytes" >>release.json
      fi
      ssh-keygen -q -Y sign -n release.v1@pointsman -f "$KEY" release.json
      [ "$KIND" != listed ] || list=files.lst
      tar -cf whole.tar release.json release.json.sig ${list:-} payload.tar
      tar -cf envelope.tar release.json release.json.sig ${list:-}
      """;

  /** How the content is signed for. */
  enum Kind {
    LISTED,
    ARCHIVED
  }

  static CrashBundle make(
      Path directory, Path key, Kind kind, ReleaseId id, long sequence, Map<String, String> files)
      throws Exception {
    Path work = Files.createDirectories(directory.resolve(id.value()));
    Path tree = Files.createDirectories(work.resolve("tree"));
    for (Map.Entry<String, String> file : files.entrySet()) {
      write(tree.resolve(file.getKey()), file.getValue());
    }
    Files.createDirectories(tree.resolve("uploads"));
    Files.createDirectories(tree.resolve("bin"));
    Files.createSymbolicLink(tree.resolve("bin/start"), Path.of("../server/run.sh"));
    ProcessBuilder builder = new ProcessBuilder("sh", "-c", SCRIPT).directory(work.toFile());
    builder.environment().put("RELEASE", id.value());
    builder.environment().put("SEQUENCE", Long.toString(sequence));
    builder.environment().put("CREATED", Instant.now().truncatedTo(ChronoUnit.SECONDS).toString());
    builder.environment().put("KEY", key.toString());
    builder.environment().put("KIND", kind == Kind.LISTED ? "listed" : "archived");
    run(builder);
    return new CrashBundle(
        id,
        sequence,
        Files.readAllBytes(work.resolve("whole.tar")),
        Files.readAllBytes(work.resolve("envelope.tar")),
        tree);
  }

  /** A tar of these files of it. */
  byte[] pack(Iterable<String> paths) throws Exception {
    List<String> command = new ArrayList<>(List.of("tar", "-cf", "../pack.tar"));
    paths.forEach(command::add);
    run(new ProcessBuilder(command).directory(tree.toFile()));
    return Files.readAllBytes(tree.resolveSibling("pack.tar"));
  }

  private static void write(Path file, String content) throws IOException {
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    if (content.startsWith("#!")) {
      assertThat(file.toFile().setExecutable(true)).isTrue();
    }
  }

  /** A new key that ssh-keygen makes. */
  static Path key(Path directory) throws Exception {
    Path key = directory.resolve("key");
    run(new ProcessBuilder("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", key.toString()));
    return key;
  }

  private static void run(ProcessBuilder builder) throws Exception {
    Process process = builder.redirectErrorStream(true).start();
    String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(60, TimeUnit.SECONDS)).as("%s ends", builder.command()).isTrue();
    assertThat(process.exitValue()).as(said).isZero();
  }
}
