package dev.pointsman.agent.pack;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.PathMatcher;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Walks over a directory and refuses, entry by entry, what no release may have. One thread. */
final class TreeScan {
  /** As far as any host's limits can be raised. */
  static final TreeLimits LIMITS =
      new TreeLimits(2_000_000, 1_000_000, 1L << 42, 1L << 40, 1L << 30);

  private static final int FORBIDDEN_BITS = 07000;
  private static final int TYPE_BITS = 0170000;

  private final Path root;
  private final List<PathMatcher> byName = new ArrayList<>();
  private final List<PathMatcher> byPath = new ArrayList<>();
  private final TreeBuilder builder;
  private final Hashing hashing;

  TreeScan(Path root, List<String> excluded, TreeBuilder builder, Hashing hashing) {
    this.root = root;
    this.builder = builder;
    this.hashing = hashing;
    for (String pattern : excluded) {
      String glob = pattern.replaceFirst("/$", "");
      String bare = glob.replaceFirst("^\\.?/", "");
      (glob.contains("/") ? byPath : byName)
          .add(FileSystems.getDefault().getPathMatcher("glob:" + bare));
    }
  }

  /** Adds all there is to the builder. */
  void run() throws Rejected, IOException, InterruptedException {
    walk(root, "");
    hashing.finish();
  }

  private void walk(Path directory, String prefix)
      throws Rejected, IOException, InterruptedException {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
      for (Path entry : entries) {
        String path = prefix + entry.getFileName();
        if (!isExcluded(entry.getFileName(), path)) {
          visit(entry, path);
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
  }

  private boolean isExcluded(Path name, String path) {
    return byName.stream().anyMatch(matcher -> matcher.matches(name))
        || byPath.stream().anyMatch(matcher -> matcher.matches(Path.of(path)));
  }

  private void visit(Path entry, String path) throws Rejected, IOException, InterruptedException {
    checkName(path);
    Map<String, Object> facts =
        Files.readAttributes(entry, "unix:mode,size", LinkOption.NOFOLLOW_LINKS);
    int mode = (Integer) facts.getOrDefault("mode", 0);
    switch (mode & TYPE_BITS) {
      case 0100000 -> file(path, mode, (Long) facts.getOrDefault("size", 0L));
      case 0120000 -> builder.addLink(path, Files.readSymbolicLink(entry).toString());
      case 0040000 -> {
        builder.addDirectory(path);
        walk(entry, path + "/");
      }
      default ->
          throw new Rejected(
              ErrorCode.ENTRY_SPECIAL,
              "This is a device, a pipe or a socket.",
              PathRules.printable(path));
    }
  }

  private void file(String path, int mode, long size)
      throws Rejected, IOException, InterruptedException {
    if ((mode & FORBIDDEN_BITS) != 0) {
      throw new Rejected(
          ErrorCode.ENTRY_MODE,
          "The file's mode is " + Integer.toOctalString(mode & 07777) + ".",
          PathRules.printable(path));
    }
    hashing.add(new Found(path, mode & 0777, size));
  }

  private static void checkName(String path) throws Rejected {
    if (path.indexOf('\uFFFD') >= 0) {
      throw new Rejected(
          ErrorCode.PATH_ENCODING,
          "The name is not UTF-8, or the locale is not: try again with LC_ALL=C.UTF-8.",
          PathRules.printable(path));
    }
    PathRules.check(path);
  }
}
