package dev.pointsman.agent;

import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Set;
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
