package dev.pointsman.agent.content;

import dev.pointsman.agent.release.FileSpool;
import dev.pointsman.agent.release.MappedFile;
import dev.pointsman.agent.release.Staging;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.FileList;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.StandardOpenOption;

/**
 * An archive that was signed as a whole: its tree is what its entries add up to, within the signed
 * counts and the rules of a tree.
 */
final class DerivedContent implements AutoCloseable {
  private final TreeBuilder builder;
  private final Manifest.Archive signed;
  private final int maxEntries;
  private final Staging staging;
  private final ContentFiles content;
  private final TreeLimits limits;
  private final FileSpool spool;

  DerivedContent(TreeLimits limits, Manifest.Archive signed, Staging staging) throws IOException {
    this.limits = limits;
    this.spool = new FileSpool(staging.entries());
    this.builder = new TreeBuilder(limits, spool);
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
  }

  /** The tree of what was unpacked, by all the rules; its list lies where the staging has it. */
  ReleaseTree tree() throws Rejected, IOException {
    try (OutputStream out =
        new BufferedOutputStream(
            Files.newOutputStream(staging.list(), StandardOpenOption.CREATE_NEW), 64 << 10)) {
      builder.write(out);
    }
    ReleaseTree tree = FileList.read(MappedFile.of(staging.list()), limits);
    if (builder.files() != signed.files() || builder.bytes() != signed.bytes()) {
      throw new Rejected(
          ErrorCode.TREE_COUNT,
          "The payload has %d files and %d bytes; release.json says %d and %d."
              .formatted(builder.files(), builder.bytes(), signed.files(), signed.bytes()),
          "archive");
    }
    return tree;
  }

  @Override
  public void close() throws IOException {
    spool.close();
    Files.delete(staging.entries());
  }

  private void takeFile(TarReader tar, TarEntry.File file) throws Rejected, IOException {
    claim(file, file.size());
    content.write(
        tar,
        file.path(),
        file.executable(),
        sha256 ->
            builder.add(new TreeEntry.File(file.path(), file.executable(), file.size(), sha256)));
  }

  private void takeHardLink(TarEntry.HardLink link) throws Rejected, IOException {
    TreeEntry.File target = builder.file(link.target()).orElse(null);
    if (target == null) {
      throw refused(ErrorCode.LINK_HARDLINK, "The hard link names no earlier file.", link);
    }
    claim(link, target.size());
    staging.linkFile(link.path(), link.target());
    builder.add(
        new TreeEntry.File(link.path(), target.executable(), target.size(), target.sha256()));
  }

  private void claim(TarEntry entry, long size) throws Rejected, IOException {
    if (builder.files() == signed.files()) {
      throw refused(
          ErrorCode.LIMIT_ENTRIES,
          "The payload has more than the signed " + signed.files() + " files.",
          entry);
    }
    builder.claimFile(entry.path(), size);
  }

  private static Rejected refused(ErrorCode code, String detail, TarEntry entry) {
    return new Rejected(code, detail, PathRules.printable(entry.path()));
  }
}
