package dev.pointsman.agent.worker;

import dev.pointsman.agent.linux.Users;
import dev.pointsman.agent.linux.Users.User;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * The private directories of an app's workers: {@code <run>/<app>/<incarnation>/}, flat, mode 0700,
 * each its worker's own. What the agent itself must be able to believe, the handle, lies beside it,
 * where a worker that runs as another user cannot write.
 */
final class WorkerDirectories {
  private WorkerDirectories() {}

  /** Makes the directory of {@code who}, a worker that runs as {@code user}, if as another. */
  static Path make(Path appDirectory, Incarnation who, Optional<String> user) throws IOException {
    Files.createDirectories(appDirectory);
    Path directory = appDirectory.resolve(who.toString());
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    Optional<User> other = owner(user);
    if (other.isPresent()) {
      // Through it, into its own, and no further.
      Files.setPosixFilePermissions(appDirectory, PosixFilePermissions.fromString("rwx--x--x"));
      Files.setAttribute(directory, "unix:gid", other.get().gid());
      Files.setAttribute(directory, "unix:uid", other.get().uid());
    }
    return directory;
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

  /** Where the worker whose directory it is says how it is: beside it, as the handle. */
  static Path notifySocket(Path directory) {
    return directory.resolveSibling(directory.getFileName() + ".notify");
  }

  /** Where the output of its last probe is, if that is a command. */
  static Path probeLog(Path directory) {
    return directory.resolveSibling(directory.getFileName() + ".probe");
  }

  /** Whom {@code directory} was given to, if to another user than the agent's own. */
  static Optional<User> ownerOf(Path directory) throws IOException {
    int uid = (Integer) Files.getAttribute(directory, "unix:uid");
    return uid == Users.effectiveUid()
        ? Optional.empty()
        : Optional.of(new User(uid, (Integer) Files.getAttribute(directory, "unix:gid")));
  }

  /** Whom what the worker may write to must belong to, if not to the agent's own user. */
  static Optional<User> owner(Optional<String> user) throws IOException {
    Optional<User> other = user.isEmpty() ? Optional.empty() : Users.find(user.get());
    return other.isPresent() && other.get().uid() != Users.effectiveUid()
        ? other
        : Optional.empty();
  }

  /** Removes it with the sockets and files in it, and the handle beside it. */
  static void delete(Path directory) throws IOException {
    WorkerHandle.delete(directory);
    Files.deleteIfExists(notifySocket(directory));
    Files.deleteIfExists(probeLog(directory));
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
