package dev.pointsman.agent.push;

import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What an agent asked for, looked up in the list that it was given: large files, which are sent by
 * themselves, and small ones, which go into a pack. One thread.
 */
public final class Wanted {
  /** Files larger than this are sent by themselves, so that a break in one is not its end. */
  public static final long LARGE = 8L << 20;

  private final ReleaseTree tree;
  private final List<TreeEntry.File> large = new ArrayList<>();
  private final List<TreeEntry.File> small = new ArrayList<>();

  /**
   * Looks {@code paths} up.
   *
   * @throws IOException where the agent asked for what is not in the list
   */
  public Wanted(ReleaseTree tree, List<String> paths, long largerThan) throws IOException {
    this.tree = tree;
    for (String path : paths) {
      TreeEntry.File file =
          tree.file(path.startsWith("./") ? path.substring(2) : path)
              .orElseThrow(() ->
                  new IOException("the agent asks for '" + path + "', which is not in files.lst"));
      (file.size() > largerThan ? large : small).add(file);
    }
    small.sort(Comparator.comparing(TreeEntry.File::path));
  }

  /** Those that are sent by themselves. */
  public List<TreeEntry.File> large() {
    return large;
  }

  /** Those of a pack. */
  public List<TreeEntry.File> small() {
    return small;
  }

  /** The small ones as one tar, read from {@code content}. */
  public PackStream pack(Content content) throws IOException {
    Map<String, List<String>> byDigest = new LinkedHashMap<>();
    for (TreeEntry.File file : small) {
      byDigest.computeIfAbsent(file.sha256(), _ -> new ArrayList<>()).add(file.path());
    }
    return new PackStream(
        content.open(),
        path -> {
          // By content, not by path: what is asked for may be a hard link in the payload.
          String sha256 = tree.file(path).map(TreeEntry.File::sha256).orElse("");
          List<String> paths = byDigest.remove(sha256);
          return paths == null ? List.of() : paths;
        });
  }
}
