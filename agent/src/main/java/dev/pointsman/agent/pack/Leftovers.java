package dev.pointsman.agent.pack;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;

/** Removes flat working directories. */
final class Leftovers {
  private Leftovers() {}

  /** Removes {@code directory}; what goes wrong with that is added to {@code because}. */
  static void remove(Path directory, Exception because) {
    try {
      remove(directory);
    } catch (IOException e) {
      because.addSuppressed(e);
    }
  }

  /** Removes {@code directory} and the files in it. */
  static void remove(Path directory) throws IOException {
    try (DirectoryStream<Path> content = Files.newDirectoryStream(directory)) {
      for (Path file : content) {
        Files.delete(file);
      }
    }
    Files.delete(directory);
  }
}
