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
import java.util.BitSet;

/**
 * A payload that has to carry exactly the files of a list. Links and directories come from the
 * list; the payload may repeat them but not add any.
 */
final class ListedContent {
  private final BitSet files = new BitSet();
  private final BitSet links = new BitSet();
  private final BitSet directories = new BitSet();
  private final ReleaseTree tree;
  private final Staging staging;
  private final ContentFiles content;
  private final int maxEntries;

  ListedContent(ReleaseTree tree, Staging staging, int maxEntries) {
    this.tree = tree;
    this.staging = staging;
    this.content = new ContentFiles(staging);
    this.maxEntries = maxEntries;
  }

  /** Stages every file, checked. */
  void unpack(TarReader tar) throws Rejected, IOException {
    int entries = 0;
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (++entries > maxEntries) {
        throw refused(ErrorCode.LIMIT_ENTRIES, "The payload has too many entries.", entry);
      }
      take(tar, entry);
    }
    int missing = files.nextClearBit(0);
    if (missing < tree.files().size()) {
      throw new Rejected(
          ErrorCode.TREE_MISSING,
          "The payload lacks a file that files.lst names.",
          PathRules.printable(tree.files().get(missing).path()));
    }
  }

  private void take(TarReader tar, TarEntry entry) throws Rejected, IOException {
    switch (entry) {
      case TarEntry.File file -> takeFile(tar, file, once(files, indexOfFile(file), file));
      case TarEntry.HardLink link -> takeHardLink(link, indexOfFile(link));
      case TarEntry.SymbolicLink link -> takeLink(link);
      case TarEntry.Directory directory -> takeDirectory(directory);
    }
  }

  private void takeLink(TarEntry.SymbolicLink link) throws Rejected {
    int index = tree.indexOfLink(link.path());
    if (index < 0 || !tree.links().get(index).target().equals(link.target())) {
      throw unexpected("files.lst has no such link.", link);
    }
    once(links, index, link);
  }

  private void takeDirectory(TarEntry.Directory directory) throws Rejected {
    if (directory.path().isEmpty()) {
      return;
    }
    int index = tree.indexOfDirectory(directory.path());
    if (index < 0) {
      throw unexpected("files.lst has no such directory.", directory);
    }
    once(directories, index, directory);
  }

  /** Notes that the entry came; returns its {@code index}. */
  private static int once(BitSet seen, int index, TarEntry entry) throws Rejected {
    if (seen.get(index)) {
      throw refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice in the payload.", entry);
    }
    seen.set(index);
    return index;
  }

  private void takeFile(TarReader tar, TarEntry.File file, int index) throws Rejected, IOException {
    TreeEntry.File listed = tree.files().get(index);
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

  private void takeHardLink(TarEntry.HardLink link, int index) throws Rejected, IOException {
    TreeEntry.File listed = tree.files().get(index);
    int earlier = tree.indexOfFile(link.target());
    if (earlier < 0 || !files.get(earlier)) {
      throw refused(ErrorCode.LINK_HARDLINK, "The hard link names no earlier file.", link);
    }
    once(files, index, link);
    TreeEntry.File target = tree.files().get(earlier);
    if (!target.sha256().equals(listed.sha256())) {
      throw refused(ErrorCode.BLOB_DIGEST, "The content is not what files.lst says.", link);
    }
    if (target.executable() == listed.executable()) {
      staging.linkFile(link.path(), link.target());
    } else {
      staging.copyFile(link.path(), link.target(), listed.executable());
    }
  }

  private int indexOfFile(TarEntry entry) throws Rejected {
    int index = tree.indexOfFile(entry.path());
    if (index < 0) {
      throw unexpected("files.lst has no such file.", entry);
    }
    return index;
  }

  /** What is not in the list, or came already as something else. */
  private Rejected unexpected(String what, TarEntry entry) {
    boolean came =
        isIn(files, tree.indexOfFile(entry.path()))
            || isIn(links, tree.indexOfLink(entry.path()))
            || isIn(directories, tree.indexOfDirectory(entry.path()));
    return came
        ? refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice in the payload.", entry)
        : refused(ErrorCode.TAR_UNEXPECTED, what, entry);
  }

  private static boolean isIn(BitSet seen, int index) {
    return index >= 0 && seen.get(index);
  }

  private static Rejected refused(ErrorCode code, String detail, TarEntry entry) {
    return new Rejected(code, detail, PathRules.printable(entry.path()));
  }
}
