package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Set;

/** The modes of everything the agent keeps, set explicitly so that no umask has a say. */
final class Modes {
  static final Set<PosixFilePermission> FILE = PosixFilePermissions.fromString("r--r--r--");
  static final Set<PosixFilePermission> EXECUTABLE = PosixFilePermissions.fromString("r-xr-xr-x");
  static final Set<PosixFilePermission> DIRECTORY = PosixFilePermissions.fromString("rwxr-xr-x");
  static final Set<PosixFilePermission> PRIVATE = PosixFilePermissions.fromString("rwx------");

  private Modes() {}

  static Set<PosixFilePermission> ofFile(boolean executable) {
    return executable ? EXECUTABLE : FILE;
  }

  /** Gives a file of a release its time, then its mode. */
  static void settle(Path file, boolean executable, FileTime modified) throws IOException {
    // The time of access as well: what is left out is asked for first.
    Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS)
        .setTimes(modified, modified, null);
    Files.setPosixFilePermissions(file, ofFile(executable));
  }

  /** Creates a directory that does not exist yet, with exactly these permissions. */
  static void createDirectory(Path directory, Set<PosixFilePermission> permissions)
      throws IOException {
    Files.createDirectory(directory, PosixFilePermissions.asFileAttribute(PRIVATE));
    if (!permissions.equals(PRIVATE)) {
      Files.setPosixFilePermissions(directory, permissions);
    }
  }
}
