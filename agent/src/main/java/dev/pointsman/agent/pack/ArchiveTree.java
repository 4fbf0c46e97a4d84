package dev.pointsman.agent.pack;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.Spool;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import dev.pointsman.protocol.bundle.TreeLimits;
import java.io.IOException;
import java.io.OutputStream;
import java.security.MessageDigest;

/** The list of an archive: what its entries add up to, without anything being unpacked. */
final class ArchiveTree {
  private ArchiveTree() {}

  static void derive(TarReader tar, TreeLimits limits, Spool spool, OutputStream list)
      throws Rejected, IOException {
    TreeBuilder builder = new TreeBuilder(limits, spool);
    byte[] buffer = new byte[64 << 10];
    int entries = 0;
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (++entries > limits.entries()) {
        throw new Rejected(ErrorCode.LIMIT_ENTRIES, "The payload has too many entries.");
      }
      switch (entry) {
        case TarEntry.File file -> {
          builder.claimFile(file.path(), file.size());
          String sha256 = digest(tar, buffer);
          builder.add(new TreeEntry.File(file.path(), file.executable(), file.size(), sha256));
        }
        case TarEntry.HardLink link -> {
          TreeEntry.File target =
              builder
                  .file(link.target())
                  .orElseThrow(() ->
                      new Rejected(
                          ErrorCode.LINK_HARDLINK,
                          "The hard link names no earlier file.",
                          PathRules.printable(link.path())));
          builder.claimFile(link.path(), target.size());
          builder.add(
              new TreeEntry.File(link.path(), target.executable(), target.size(), target.sha256()));
        }
        case TarEntry.SymbolicLink link -> builder.addLink(link.path(), link.target());
        case TarEntry.Directory directory -> {
          if (!directory.path().isEmpty()) {
            builder.addDirectory(directory.path());
          }
        }
      }
    }
    builder.write(list);
  }

  /** Of the current file's content. */
  static String digest(TarReader tar, byte[] buffer) throws Rejected, IOException {
    MessageDigest digest = Digests.sha256();
    for (int count; (count = tar.read(buffer, 0, buffer.length)) >= 0; ) {
      digest.update(buffer, 0, count);
    }
    return Digests.hex(digest);
  }
}
