package dev.pointsman.agent.journal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/** Files that are the agent's own: mode 0600 from the beginning, whatever the umask. */
final class PrivateFile {
  private PrivateFile() {}

  /** Makes {@code file}, empty, where it is not there yet. */
  static void make(Path file) throws IOException {
    if (!Files.exists(file)) {
      Files.createFile(
          file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    }
  }

  /** Makes {@code directory}, 0700, where it is not there yet. */
  static void makeDirectory(Path directory) throws IOException {
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
  }
}
