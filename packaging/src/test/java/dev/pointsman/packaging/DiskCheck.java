package dev.pointsman.packaging;

import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.stream.Stream;

/** Looks at what an agent keeps, without asking it: is everything what its name says? */
final class DiskCheck {
  private static final int DIGEST = 64;

  private DiskCheck() {}

  /** All that is wrong with the releases of {@code app} and with the content store. */
  static List<String> violations(Host host, String app) throws Exception {
    List<String> wrong = new ArrayList<>();
    Path folder = host.app(app);
    for (Path release : children(folder.resolve("releases"))) {
      String id = release.getFileName().toString();
      if (!id.startsWith(".")) {
        compare(release, folder.resolve("meta").resolve(id).resolve("files.lst"), wrong);
      }
    }
    Path current = folder.resolve("current");
    if (Files.isSymbolicLink(current) && !Files.isDirectory(current)) {
      wrong.add("current leads to " + Files.readSymbolicLink(current) + ", which is not there");
    }
    objects(host.state().resolve("store/v1"), wrong);
    return wrong;
  }

  private static void compare(Path release, Path list, List<String> wrong) throws Exception {
    if (!Files.exists(list)) {
      wrong.add(release + " has no evidence");
      return;
    }
    for (String line : Files.readAllLines(list)) {
      Path path = line.startsWith("#") ? release : release.resolve(path(line));
      boolean right =
          switch (line.charAt(0)) {
            case 'f' ->
                Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
                    && line.contains(" " + digest(path) + "  ./");
            case 'l' -> Files.isSymbolicLink(path);
            default -> Files.isDirectory(path);
          };
      if (!right) {
        wrong.add(release + " is not what its list says: " + line);
      }
    }
  }

  private static String path(String line) {
    int start = line.charAt(0) == 'l' ? line.indexOf('\t') + 1 : line.indexOf("./");
    return line.substring(start + 2);
  }

  private static void objects(Path store, List<String> wrong) throws Exception {
    for (Path folder : children(store)) {
      for (Path object : children(folder)) {
        String name = folder.getFileName().toString() + object.getFileName();
        if (name.length() >= DIGEST && !name.startsWith(digest(object))) {
          wrong.add(object + " has the digest " + digest(object));
        }
      }
    }
  }

  private static List<Path> children(Path directory) throws Exception {
    if (!Files.isDirectory(directory)) {
      return List.of();
    }
    try (Stream<Path> children = Files.list(directory)) {
      return children.sorted().toList();
    }
  }

  private static String digest(Path file) throws Exception {
    return HexFormat.of()
        .formatHex(MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(file)));
  }
}
