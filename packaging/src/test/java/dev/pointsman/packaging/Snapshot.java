package dev.pointsman.packaging;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;

/** Everything that can be told of the releases of an app: paths, modes, times, contents. */
final class Snapshot {
  private Snapshot() {}

  /**
   * Path to what is there, of {@code releases}, {@code meta} and {@code current}, and of uploads.
   */
  static Map<String, String> of(Host host, String app) throws Exception {
    Map<String, String> all = new TreeMap<>();
    for (String part : List.of("releases", "meta", "current")) {
      add(host.app(app).resolve(part), host.app(app), all);
    }
    try (Stream<Path> uploads = Files.list(host.state().resolve("incoming"))) {
      uploads.forEach(path -> all.put(path.toString(), "an upload's remains"));
    }
    return all;
  }

  private static void add(Path tree, Path base, Map<String, String> all) throws Exception {
    if (!Files.exists(tree, LinkOption.NOFOLLOW_LINKS)) {
      return;
    }
    List<Path> entries;
    try (Stream<Path> walk = Files.walk(tree)) {
      entries = walk.toList();
    }
    for (Path entry : entries) {
      all.put(
          base.relativize(entry).toString(),
          PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(entry, LinkOption.NOFOLLOW_LINKS))
              + " "
              + Files.getLastModifiedTime(entry, LinkOption.NOFOLLOW_LINKS)
              + " "
              + content(entry));
    }
  }

  private static String content(Path entry) throws Exception {
    if (Files.isSymbolicLink(entry)) {
      return "-> " + Files.readSymbolicLink(entry);
    }
    if (Files.isDirectory(entry)) {
      return "directory";
    }
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(entry)));
  }
}
