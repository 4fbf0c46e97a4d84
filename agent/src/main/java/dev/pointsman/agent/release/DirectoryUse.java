package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;

/**
 * Whether a process works in a directory. What a process merely has open stays as it is, because
 * files are removed and never written to; but what it looks up by name it would find changed.
 */
final class DirectoryUse {
  private static final Path PROC = Path.of("/proc");
  private static final List<String> LINKS = List.of("cwd", "exe", "root");

  private DirectoryUse() {}

  /** Whether there is one, or may be one that cannot be looked at. */
  static boolean isUsed(Path directory) throws IOException {
    Path real = directory.toRealPath();
    try (DirectoryStream<Path> processes = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path process : processes) {
        if (isIn(process, real)) {
          return true;
        }
      }
    }
    return false;
  }

  private static boolean isIn(Path process, Path directory) throws IOException {
    try {
      for (String link : LINKS) {
        if (Files.readSymbolicLink(process.resolve(link)).startsWith(directory)) {
          return true;
        }
      }
      return false;
    } catch (AccessDeniedException e) {
      return !isRoots(process); // Somebody's worker, perhaps.
    } catch (NoSuchFileException e) {
      return false; // It has ended, or is a thread of the kernel.
    } catch (IOException e) {
      return Files.exists(process); // ESRCH: it has ended.
    }
  }

  private static boolean isRoots(Path process) throws IOException {
    try {
      return Integer.valueOf(0)
          .equals(Files.getAttribute(process, "unix:uid", LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException e) {
      return true;
    }
  }
}
