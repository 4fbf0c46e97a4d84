package dev.pointsman.agent.http;

import dev.pointsman.agent.pack.BundleDirectory;
import dev.pointsman.agent.pack.PackRequest;
import dev.pointsman.agent.pack.Packer;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/** A bundle directory, its tree beside it, and what tar makes of them. The signature is a mark. */
final class WireBundle {
  final Path directory;
  final Path tree;
  private final String release;

  WireBundle(Path directory, String release) {
    this.directory = directory;
    this.tree = directory.resolveSibling(directory.getFileName() + ".tree");
    this.release = release;
  }

  void file(String path, String content) throws IOException {
    file(path, content.getBytes(StandardCharsets.UTF_8));
  }

  void file(String path, byte[] content) throws IOException {
    Path file = tree.resolve(path);
    Files.createDirectories(Objects.requireNonNull(file.getParent()));
    Files.write(file, content);
  }

  void write() throws Exception {
    Manifest manifest =
        new Manifest(
            new AppName("web"),
            new ReleaseId(release),
            Long.parseLong(release.substring(1)),
            Instant.parse("2026-11-22T18:45:07Z"),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            List.of(),
            Optional.empty(),
            Optional.empty(),
            Manifest.metaOf(Map.of()));
    Packer.pack(new PackRequest(manifest, tree, List.of(), directory));
    Files.writeString(directory.resolve(BundleDirectory.MANIFEST + ".sig"), "signed");
  }

  byte[] envelope() throws Exception {
    return run(directory, "-cf", "-", "release.json", "release.json.sig", "files.lst.gz");
  }

  byte[] whole() throws Exception {
    return run(
        directory,
        "-cf",
        "-",
        "release.json",
        "release.json.sig",
        "files.lst.gz",
        "payload.tar.gz");
  }

  /** What {@code tar} writes, called in the tree. */
  byte[] tar(String... arguments) throws Exception {
    return run(tree, arguments);
  }

  private static byte[] run(Path in, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(List.of("tar"));
    command.addAll(List.of(arguments));
    Process process =
        new ProcessBuilder(command)
            .directory(in.toFile())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    byte[] out = process.getInputStream().readAllBytes();
    if (process.waitFor() != 0) {
      throw new IOException(command + " failed with " + process.exitValue());
    }
    return out;
  }
}
