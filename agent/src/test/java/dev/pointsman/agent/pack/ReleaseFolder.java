package dev.pointsman.agent.pack;

import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.Manifest.Target;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/** A directory to pack, and what to pack it as. */
public final class ReleaseFolder {
  static final Instant CREATED = Instant.parse("2026-11-22T18:45:07Z");

  private final Path tree;

  /** An empty one. */
  public ReleaseFolder(Path tree) throws IOException {
    this.tree = Files.createDirectories(tree);
  }

  Path tree() {
    return tree;
  }

  /** A file with this content, mode 644. */
  public ReleaseFolder file(String path, String content) throws IOException {
    return file(path, content, "rw-r--r--");
  }

  ReleaseFolder file(String path, String content, String mode) throws IOException {
    Path file = tree.resolve(path);
    Files.createDirectories(file.getParent());
    Files.writeString(file, content);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString(mode));
    return this;
  }

  ReleaseFolder link(String path, String target) throws IOException {
    Files.createDirectories(tree.resolve(path).getParent());
    Files.createSymbolicLink(tree.resolve(path), Path.of(target));
    return this;
  }

  ReleaseFolder directory(String path) throws IOException {
    Files.createDirectories(tree.resolve(path));
    return this;
  }

  PackRequest request(Path output, String... excluded) {
    return new PackRequest(manifest(), tree, List.of(excluded), output);
  }

  static Manifest manifest() {
    return new Manifest(
        new AppName("web"),
        new ReleaseId("r1"),
        7,
        CREATED,
        Optional.of(CREATED.plusSeconds(3600)),
        Optional.of(new Target(List.of("prod"), List.of(), Optional.empty())),
        Optional.empty(),
        Optional.empty(),
        List.of(),
        Optional.empty(),
        Optional.empty(),
        Optional.empty());
  }
}
