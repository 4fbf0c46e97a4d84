package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.Staging;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A payload that has to carry exactly the files of a list. Links and directories come from the
 * list; the payload may repeat them but not add any.
 */
final class ListedContent {
  private final Map<String, TreeEntry.File> files = new HashMap<>();
  private final Map<String, String> links = new HashMap<>();
  private final Set<String> directories = new HashSet<>();
  private final Set<String> seen = new HashSet<>();
  private final ReleaseTree tree;
  private final Staging staging;
  private final ContentFiles content;
  private final int maxEntries;

  ListedContent(ReleaseTree tree, Staging staging, int maxEntries) {
    this.tree = tree;
    this.staging = staging;
    this.content = new ContentFiles(staging);
    this.maxEntries = maxEntries;
    for (TreeEntry.File file : tree.files()) {
      files.put(file.path(), file);
      addParents(file.path());
    }
    for (TreeEntry.Link link : tree.links()) {
      links.put(link.path(), link.target());
      addParents(link.path());
    }
    for (TreeEntry.EmptyDirectory directory : tree.emptyDirectories()) {
      addParents(directory.path() + "/");
    }
  }

  private void addParents(String path) {
    for (int slash = path.lastIndexOf('/'); slash > 0; slash = path.lastIndexOf('/', slash - 1)) {
      if (!directories.add(path.substring(0, slash))) {
        return;
      }
    }
  }

  /** Stages every file, checked. */
  void unpack(TarReader tar) throws Rejected, IOException {
    int entries = 0;
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (++entries > maxEntries) {
        throw refused(ErrorCode.LIMIT_ENTRIES, "The payload has too many entries.", entry);
      }
      if (!entry.path().isEmpty() && !seen.add(entry.path())) {
        throw refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice in the payload.", entry);
      }
      take(tar, entry);
    }
    for (TreeEntry.File file : tree.files()) {
      if (!seen.contains(file.path())) {
        throw new Rejected(
            ErrorCode.TREE_MISSING,
            "The payload lacks a file that files.lst names.",
            PathRules.printable(file.path()));
      }
    }
  }

  private void take(TarReader tar, TarEntry entry) throws Rejected, IOException {
    switch (entry) {
      case TarEntry.File file -> takeFile(tar, file);
      case TarEntry.HardLink link -> takeHardLink(link);
      case TarEntry.SymbolicLink link -> {
        if (!link.target().equals(links.get(link.path()))) {
          throw refused(ErrorCode.TAR_UNEXPECTED, "files.lst has no such link.", link);
        }
      }
      case TarEntry.Directory directory -> {
        if (!directory.path().isEmpty() && !directories.contains(directory.path())) {
          throw refused(ErrorCode.TAR_UNEXPECTED, "files.lst has no such directory.", directory);
        }
      }
    }
  }

  private void takeFile(TarReader tar, TarEntry.File file) throws Rejected, IOException {
    TreeEntry.File listed = listed(file);
    if (file.size() != listed.size()) {
      throw refused(
          ErrorCode.BLOB_SIZE,
          "The file has " + file.size() + " bytes, files.lst says " + listed.size() + ".",
          file);
    }
    content.write(
        tar,
        file.path(),
        listed.executable(),
        sha256 -> {
          if (!sha256.equals(listed.sha256())) {
            throw refused(ErrorCode.BLOB_DIGEST, "The content is not what files.lst says.", file);
          }
        });
  }

  private void takeHardLink(TarEntry.HardLink link) throws Rejected, IOException {
    TreeEntry.File listed = listed(link);
    TreeEntry.@Nullable File target = files.get(link.target());
    if (target == null || !seen.contains(link.target()) || link.target().equals(link.path())) {
      throw refused(ErrorCode.LINK_HARDLINK, "The hard link names no earlier file.", link);
    }
    if (!target.sha256().equals(listed.sha256())) {
      throw refused(ErrorCode.BLOB_DIGEST, "The content is not what files.lst says.", link);
    }
    if (target.executable() == listed.executable()) {
      staging.linkFile(link.path(), link.target());
    } else {
      staging.copyFile(link.path(), link.target(), listed.executable());
    }
  }

  private TreeEntry.File listed(TarEntry entry) throws Rejected {
    TreeEntry.@Nullable File file = files.get(entry.path());
    if (file == null) {
      throw refused(ErrorCode.TAR_UNEXPECTED, "files.lst has no such file.", entry);
    }
    return file;
  }

  private static Rejected refused(ErrorCode code, String detail, TarEntry entry) {
    return new Rejected(code, detail, PathRules.printable(entry.path()));
  }
}
