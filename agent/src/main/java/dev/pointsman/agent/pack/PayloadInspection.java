package dev.pointsman.agent.pack;

import dev.pointsman.agent.release.Findings;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.util.BitSet;

/** Compares a payload with the list that it has to carry, and goes on after each difference. */
final class PayloadInspection {
  private final ReleaseTree tree;
  private final Findings findings;
  private final BitSet seen = new BitSet();
  private final byte[] buffer = new byte[64 << 10];

  PayloadInspection(ReleaseTree tree, Findings findings) {
    this.tree = tree;
    this.findings = findings;
  }

  void run(TarReader tar) throws Rejected, IOException {
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      String path = entry.path();
      switch (entry) {
        case TarEntry.File file -> take(path, file.size(), ArchiveTree.digest(tar, buffer));
        case TarEntry.HardLink link -> {
          int target = tree.indexOfFile(link.target());
          if (target < 0 || !seen.get(target)) {
            find("unexpected", path, ": the hard link names no earlier file");
          } else {
            TreeEntry.File earlier = tree.files().get(target);
            take(path, earlier.size(), earlier.sha256());
          }
        }
        case TarEntry.SymbolicLink link -> {
          if (tree.link(path).filter(known -> known.target().equals(link.target())).isEmpty()) {
            find("unexpected", path, ": files.lst has no such link");
          }
        }
        case TarEntry.Directory _ -> {
          if (!path.isEmpty() && !tree.hasDirectory(path)) {
            find("unexpected", path, ": files.lst has no such directory");
          }
        }
      }
    }
    int files = tree.files().size();
    for (int i = seen.nextClearBit(0); i < files; i = seen.nextClearBit(i + 1)) {
      find("missing", tree.files().get(i).path(), "");
    }
  }

  private void take(String path, long size, String sha256) {
    int index = tree.indexOfFile(path);
    if (index < 0) {
      find("unexpected", path, ": files.lst has no such file");
      return;
    }
    if (seen.get(index)) {
      find("unexpected", path, ": it is in the payload twice");
      return;
    }
    seen.set(index);
    TreeEntry.File listed = tree.files().get(index);
    if (size != listed.size()) {
      find("changed", path, ": has " + size + " bytes instead of " + listed.size());
    } else if (!sha256.equals(listed.sha256())) {
      find("changed", path, ": has other content than was signed for");
    }
  }

  private void find(String kind, String path, String what) {
    findings.add(kind + " ./" + PathRules.printable(path) + what);
  }
}
