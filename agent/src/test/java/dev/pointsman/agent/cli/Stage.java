package dev.pointsman.agent.cli;

import dev.pointsman.agent.release.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.GZIPInputStream;

/** Puts a bundle's release on disk as docs/bundle.md describes it, without an agent. */
final class Stage {
  private Stage() {}

  /** Where the release is then, with its evidence beside it. */
  static Path release(Path root, Path bundle, Path tree) throws IOException {
    Path app = root.resolve("apps/web");
    Path release = app.resolve("releases/r1");
    Path meta = Files.createDirectories(app.resolve("meta/r1"));
    copy(tree, release);
    for (String name : List.of("release.json", "release.json.sig")) {
      Files.copy(bundle.resolve(name), meta.resolve(name));
    }
    try (InputStream in =
        new GZIPInputStream(Files.newInputStream(bundle.resolve("files.lst.gz")))) {
      Files.copy(in, meta.resolve("files.lst"));
    }
    String seal =
        """
        pointsman-seal 1
        manifest %s
        list %s
        files 2
        bytes 15
        staged-at 2026-11-22T18:45:09Z
        signer ci@web
        """
            .formatted(digest(meta.resolve("release.json")), digest(meta.resolve("files.lst")));
    String end = "sha256 " + Sha256.of(seal.getBytes(StandardCharsets.UTF_8)) + "\n";
    Files.writeString(meta.resolve("seal"), seal + end);
    return release;
  }

  private static String digest(Path file) throws IOException {
    return Sha256.of(Files.readAllBytes(file));
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.createDirectories(to);
    try (Stream<Path> entries = Files.walk(from)) {
      for (Path entry : (Iterable<Path>) entries.skip(1)::iterator) {
        Path target = to.resolve(from.relativize(entry).toString());
        if (Files.isSymbolicLink(entry)) {
          Files.createSymbolicLink(target, Files.readSymbolicLink(entry));
        } else if (Files.isDirectory(entry)) {
          Files.createDirectory(target);
        } else {
          Files.copy(entry, target);
          Files.setPosixFilePermissions(target, PosixFilePermissions.fromString("r--r--r--"));
        }
      }
    }
  }
}
