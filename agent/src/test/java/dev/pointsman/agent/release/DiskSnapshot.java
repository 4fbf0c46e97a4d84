package dev.pointsman.agent.release;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Everything below a directory: names, types, modes, link targets and content. */
public final class DiskSnapshot {
  private DiskSnapshot() {}

  /** By relative path, what is there in one line. */
  public static Map<String, String> of(Path root) throws IOException {
    Map<String, String> seen = new TreeMap<>();
    try (Stream<Path> paths = Files.walk(root)) {
      paths.forEach(path -> seen.put(root.relativize(path).toString(), describe(path)));
    }
    return seen;
  }

  private static String describe(Path path) {
    try {
      PosixFileAttributes is =
          Files.readAttributes(path, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      String mode = PosixFilePermissions.toString(is.permissions());
      if (is.isSymbolicLink()) {
        return "link to " + Files.readSymbolicLink(path);
      }
      return is.isDirectory() ? "directory " + mode : "file " + mode + " " + Sha256.ofFile(path);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
