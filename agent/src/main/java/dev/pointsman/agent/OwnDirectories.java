package dev.pointsman.agent;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * The directories that the agent makes for itself: 0755 whatever the umask, so that workers that
 * run as other users can pass, and nobody but the agent can put anything there.
 */
final class OwnDirectories {
  private static final Set<PosixFilePermission> PRIVATE =
      PosixFilePermissions.fromString("rwx------");
  private static final Set<PosixFilePermission> MODE = PosixFilePermissions.fromString("rwxr-xr-x");

  private OwnDirectories() {}

  /** Removes {@code directory} with all that is in it; links are removed, not followed. */
  static void delete(Path directory) throws IOException {
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(directory)) {
      entries = walk.sorted(Comparator.reverseOrder()).toList();
    }
    for (Path entry : entries) {
      Files.deleteIfExists(entry);
    }
  }

  /** Makes {@code directory} and what is missing above it; what is there stays as it is. */
  static void make(Path directory) throws IOException {
    Deque<Path> missing = new ArrayDeque<>();
    @Nullable Path at = directory.toAbsolutePath();
    while (at != null && !Files.isDirectory(at)) {
      missing.push(at);
      at = at.getParent();
    }
    for (Path path : missing) {
      try {
        Files.createDirectory(path, PosixFilePermissions.asFileAttribute(PRIVATE));
      } catch (FileAlreadyExistsException e) {
        throw new IOException(
            path + " is in the way: a directory is needed there; move it away, start again", e);
      }
      Files.setPosixFilePermissions(path, MODE);
    }
  }
}
