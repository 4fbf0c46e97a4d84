package dev.pointsman.agent.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Directories on file systems that differ: the build's own, which as a rule can shorten a file from
 * its front (ext4, XFS), tmpfs, which can only make holes, and whatever {@code -Dlogs.places} names
 * beside them, separated by colons.
 */
final class Places implements AutoCloseable {
  private final List<Path> made = new ArrayList<>();

  List<Path> all() throws IOException {
    List<Path> roots =
        new ArrayList<>(
            List.of(Path.of(System.getProperty("java.io.tmpdir")), Path.of("/dev/shm")));
    for (String more : System.getProperty("logs.places", "").split(":", -1)) {
      if (!more.isEmpty()) {
        roots.add(Path.of(more));
      }
    }
    for (Path root : roots) {
      made.add(Files.createTempDirectory(root, "logs"));
    }
    return List.copyOf(made);
  }

  @Override
  public void close() throws IOException {
    for (Path directory : made) {
      try (Stream<Path> files = Files.walk(directory)) {
        files
            .sorted((a, b) -> b.getNameCount() - a.getNameCount())
            .forEach(file -> {
              try {
                Files.delete(file);
              } catch (IOException e) {
                throw new UncheckedIOException(e);
              }
            });
      }
    }
  }
}
