package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.TreeEntry.EmptyDirectory;
import dev.pointsman.protocol.bundle.TreeEntry.File;
import dev.pointsman.protocol.bundle.TreeEntry.Link;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * Builds a {@link ReleaseTree} from entries in any order and refuses what breaks a rule as soon as
 * it shows. Paths must have passed {@link PathRules}. Single-use, one thread.
 */
public final class TreeBuilder {
  private static final Comparator<TreeEntry> BY_PATH =
      Comparator.comparing(TreeEntry::path, PathRules.BYTE_ORDER);

  private final TreeRules rules;
  private final List<File> files = new ArrayList<>();
  private final List<Link> links = new ArrayList<>();

  /** A builder that refuses more than {@code limits}. */
  public TreeBuilder(TreeLimits limits) {
    this.rules = new TreeRules(limits);
  }

  /** Claims the path of a file whose content is still to come; {@link #add(File)} must follow. */
  public void claimFile(String path, long size) throws Rejected {
    rules.file(path, size);
  }

  /** A file that was claimed, now that its digest is known. */
  public void add(File file) {
    if (!rules.isFile(file.path())) {
      throw new IllegalStateException("not claimed: " + file.path());
    }
    files.add(file);
  }

  /** A symbolic link; where it ends is checked at the end. */
  public void addLink(String path, String target) throws Rejected {
    rules.link(path, target);
    links.add(new Link(path, target));
  }

  /** A directory, which may come before or after what is in it, once. */
  public void addDirectory(String path) throws Rejected {
    rules.directory(path);
  }

  /** The complete tree. */
  public ReleaseTree build() throws Rejected {
    rules.finish();
    if (files.size() != rules.files()) {
      throw new IllegalStateException("claimed " + rules.files() + ", added " + files.size());
    }
    files.sort(BY_PATH);
    links.sort(BY_PATH);
    return new ReleaseTree(
        files, links, rules.emptyDirectories().stream().map(EmptyDirectory::new).toList());
  }
}
