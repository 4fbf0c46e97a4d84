package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.Staging;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An archive that was signed as a whole: its tree is what its entries add up to, within the signed
 * counts and the rules of a tree.
 */
final class DerivedContent {
  private final TreeBuilder builder;
  private final Manifest.Archive signed;
  private final int maxEntries;
  private final Staging staging;
  private final ContentFiles content;
  private final Map<String, TreeEntry.File> files = new HashMap<>();
  private @Nullable ReleaseTree tree;

  DerivedContent(TreeLimits limits, Manifest.Archive signed, Staging staging) {
    this.builder = new TreeBuilder(limits);
    this.signed = signed;
    this.maxEntries = limits.entries();
    this.staging = staging;
    this.content = new ContentFiles(staging);
  }

  /** Stages every file. */
  void unpack(TarReader tar) throws Rejected, IOException {
    int entries = 0;
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (++entries > maxEntries) {
        throw refused(ErrorCode.LIMIT_ENTRIES, "The payload has too many entries.", entry);
      }
      switch (entry) {
        case TarEntry.File file -> takeFile(tar, file);
        case TarEntry.HardLink link -> takeHardLink(link);
        case TarEntry.SymbolicLink link -> builder.addLink(link.path(), link.target());
        case TarEntry.Directory directory -> {
          if (!directory.path().isEmpty()) {
            builder.addDirectory(directory.path());
          }
        }
      }
    }
    ReleaseTree complete = builder.build();
    if (complete.files().size() != signed.files() || complete.bytes() != signed.bytes()) {
      throw new Rejected(
          ErrorCode.TREE_COUNT,
          "The payload has %d files and %d bytes; release.json says %d and %d."
              .formatted(complete.files().size(), complete.bytes(), signed.files(), signed.bytes()),
          "archive");
    }
    tree = complete;
  }

  /** The tree, once it is unpacked. */
  ReleaseTree tree() {
    if (tree == null) {
      throw new IllegalStateException("not unpacked");
    }
    return tree;
  }

  private void takeFile(TarReader tar, TarEntry.File file) throws Rejected, IOException {
    claim(file, file.size());
    content.write(
        tar,
        file.path(),
        file.executable(),
        sha256 -> add(new TreeEntry.File(file.path(), file.executable(), file.size(), sha256)));
  }

  private void takeHardLink(TarEntry.HardLink link) throws Rejected, IOException {
    TreeEntry.@Nullable File target = files.get(link.target());
    if (target == null) {
      throw refused(ErrorCode.LINK_HARDLINK, "The hard link names no earlier file.", link);
    }
    claim(link, target.size());
    staging.linkFile(link.path(), link.target());
    add(new TreeEntry.File(link.path(), target.executable(), target.size(), target.sha256()));
  }

  private void claim(TarEntry entry, long size) throws Rejected {
    if (files.size() == signed.files()) {
      throw refused(
          ErrorCode.LIMIT_ENTRIES,
          "The payload has more than the signed " + signed.files() + " files.",
          entry);
    }
    builder.claimFile(entry.path(), size);
  }

  private void add(TreeEntry.File file) {
    builder.add(file);
    files.put(file.path(), file);
  }

  private static Rejected refused(ErrorCode code, String detail, TarEntry entry) {
    return new Rejected(code, detail, PathRules.printable(entry.path()));
  }
}
