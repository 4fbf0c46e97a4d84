package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.bundle.TreeEntry.EmptyDirectory;
import dev.pointsman.protocol.bundle.TreeEntry.File;
import dev.pointsman.protocol.bundle.TreeEntry.Link;
import java.util.List;

/**
 * A complete tree that keeps all rules: what is in {@code files.lst}, in its order. Made by {@link
 * TreeBuilder} and {@link FileList}.
 *
 * @param emptyDirectories the directories that do not follow from a path
 */
public record ReleaseTree(
    List<File> files, List<Link> links, List<EmptyDirectory> emptyDirectories) {
  public ReleaseTree {
    files = List.copyOf(files);
    links = List.copyOf(links);
    emptyDirectories = List.copyOf(emptyDirectories);
  }

  /** The size of all files together. */
  public long bytes() {
    return files.stream().mapToLong(File::size).sum();
  }
}
