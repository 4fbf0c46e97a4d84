package dev.pointsman.agent.worker;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The private directories of an app's workers: {@code <run>/<app>/<incarnation>/}, flat, mode 0700.
 */
final class WorkerDirectories {
  private WorkerDirectories() {}

  /** Makes the directory of {@code who}. */
  static Path make(Path appDirectory, Incarnation who) throws IOException {
    Path directory = appDirectory.resolve(who.toString());
    return Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }

  /** Those that are there, oldest incarnation first; whatever else lies there is left alone. */
  static List<Path> list(Path appDirectory) throws IOException {
    if (!Files.isDirectory(appDirectory)) {
      return List.of();
    }
    try (Stream<Path> entries = Files.list(appDirectory)) {
      return entries
          .filter(entry -> incarnation(entry).isPresent())
          .sorted((a, b) -> incarnation(a).orElseThrow().compareTo(incarnation(b).orElseThrow()))
          .toList();
    }
  }

  /** Whose directory it is. */
  static Optional<Incarnation> incarnation(Path directory) {
    return Incarnation.parse(directory.getFileName().toString());
  }

  /** Removes it with the sockets and files in it. */
  static void delete(Path directory) throws IOException {
    try (Stream<Path> entries = Files.list(directory)) {
      for (Path entry : entries.toList()) {
        Files.deleteIfExists(entry);
      }
    } catch (NoSuchFileException e) {
      return;
    }
    Files.deleteIfExists(directory);
  }
}
