package dev.pointsman.agent.content;

import dev.pointsman.agent.release.NewFile;
import dev.pointsman.agent.release.Sha256;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TarEntry;
import dev.pointsman.protocol.bundle.TarReader;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.security.MessageDigest;
import java.util.BitSet;

/**
 * The files of a list as they arrive in a tar: every byte is hashed and compared, also of content
 * that is here already and so is not written. The first entry that is not as the list says ends it;
 * what came before it is in the tree.
 */
abstract class SentFiles {
  private final GrowingTree growing;
  private final BitSet seen = new BitSet();
  private final byte[] buffer = new byte[64 << 10];
  private final int maxEntries;

  private SentFiles(GrowingTree growing, int maxEntries) {
    this.growing = growing;
    this.maxEntries = maxEntries;
  }

  /** A payload, which has to have all files; links and directories it may repeat. */
  static SentFiles payload(GrowingTree growing, int maxEntries) {
    return new Payload(growing, maxEntries);
  }

  /** A pack: any files of the list and nothing else. */
  static SentFiles pack(GrowingTree growing, int maxEntries) {
    return new Pack(growing, maxEntries);
  }

  /** Takes every entry. */
  void unpack(TarReader tar) throws Rejected, IOException {
    int entries = 0;
    for (TarEntry entry = tar.next(); entry != null; entry = tar.next()) {
      if (++entries > maxEntries) {
        throw refused(ErrorCode.LIMIT_ENTRIES, "The payload has too many entries.", entry);
      }
      switch (entry) {
        case TarEntry.File file -> takeFile(tar, file);
        case TarEntry.HardLink link -> takeHardLink(link);
        case TarEntry.SymbolicLink link -> takeLink(link);
        case TarEntry.Directory directory -> takeDirectory(directory);
      }
    }
  }

  abstract void takeLink(TarEntry.SymbolicLink link) throws Rejected;

  abstract void takeDirectory(TarEntry.Directory directory) throws Rejected;

  /** The files that came. */
  final BitSet seen() {
    return seen;
  }

  /** Whether there was an entry of this path. */
  boolean came(String path) {
    return isIn(seen, growing.tree().indexOfFile(path));
  }

  private static boolean isIn(BitSet seen, int index) {
    return index >= 0 && seen.get(index);
  }

  private void takeFile(TarReader tar, TarEntry.File entry) throws Rejected, IOException {
    int number = listed(entry);
    once(seen, number, entry);
    TreeEntry.File listed = growing.file(number);
    if (entry.size() != listed.size()) {
      throw refused(
          ErrorCode.BLOB_SIZE,
          "The file has " + entry.size() + " bytes, files.lst says " + listed.size() + ".",
          entry);
    }
    if (growing.placeHeld(number)) {
      compare(tar, entry, listed);
    } else {
      write(tar, entry, number);
    }
  }

  private void compare(TarReader tar, TarEntry entry, TreeEntry.File listed)
      throws Rejected, IOException {
    MessageDigest digest = Sha256.start();
    for (int count; (count = tar.read(buffer, 0, buffer.length)) >= 0; ) {
      digest.update(buffer, 0, count);
    }
    check(Sha256.finish(digest), listed, entry);
  }

  private void write(TarReader tar, TarEntry entry, int number) throws Rejected, IOException {
    NewFile file = growing.begin(number);
    try (file) {
      for (int count; (count = tar.read(buffer, 0, buffer.length)) >= 0; ) {
        file.write(buffer, 0, count);
      }
      check(file.sha256(), growing.file(number), entry);
    }
    growing.wrote(number, file);
  }

  private static void check(String sha256, TreeEntry.File listed, TarEntry entry) throws Rejected {
    if (!sha256.equals(listed.sha256())) {
      throw refused(ErrorCode.BLOB_DIGEST, "The content is not what files.lst says.", entry);
    }
  }

  private void takeHardLink(TarEntry.HardLink link) throws Rejected, IOException {
    int number = listed(link);
    int target = growing.tree().indexOfFile(link.target());
    if (target < 0 || !seen.get(target)) {
      throw refused(ErrorCode.LINK_HARDLINK, "The hard link names no earlier file.", link);
    }
    once(seen, number, link);
    check(growing.file(target).sha256(), growing.file(number), link);
    if (!growing.placeHeld(number)) {
      throw new IllegalStateException(link.target() + " came and is not in the tree");
    }
  }

  /** The number of the file that the entry is. */
  private int listed(TarEntry entry) throws Rejected {
    int number = growing.tree().indexOfFile(entry.path());
    if (number < 0) {
      throw unexpected("files.lst has no such file.", entry);
    }
    return number;
  }

  /** Notes that the entry came. */
  static void once(BitSet seen, int number, TarEntry entry) throws Rejected {
    if (seen.get(number)) {
      throw twice(entry);
    }
    seen.set(number);
  }

  /** What is not in the list, or came already as something else. */
  final Rejected unexpected(String what, TarEntry entry) {
    return came(entry.path()) ? twice(entry) : refused(ErrorCode.TAR_UNEXPECTED, what, entry);
  }

  private static Rejected twice(TarEntry entry) {
    return refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice in the payload.", entry);
  }

  static Rejected refused(ErrorCode code, String detail, TarEntry entry) {
    return new Rejected(code, detail, PathRules.printable(entry.path()));
  }

  private static final class Payload extends SentFiles {
    private final ReleaseTree tree;
    private final BitSet links = new BitSet();
    private final BitSet directories = new BitSet();

    private Payload(GrowingTree growing, int maxEntries) {
      super(growing, maxEntries);
      this.tree = growing.tree();
    }

    @Override
    void unpack(TarReader tar) throws Rejected, IOException {
      super.unpack(tar);
      int missing = seen().nextClearBit(0);
      if (missing < tree.files().size()) {
        throw new Rejected(
            ErrorCode.TREE_MISSING,
            "The payload lacks a file that files.lst names.",
            PathRules.printable(tree.files().get(missing).path()));
      }
    }

    @Override
    void takeLink(TarEntry.SymbolicLink link) throws Rejected {
      int index = tree.indexOfLink(link.path());
      if (index < 0 || !tree.links().get(index).target().equals(link.target())) {
        throw unexpected("files.lst has no such link.", link);
      }
      once(links, index, link);
    }

    @Override
    void takeDirectory(TarEntry.Directory directory) throws Rejected {
      if (directory.path().isEmpty()) {
        return;
      }
      int index = tree.indexOfDirectory(directory.path());
      if (index < 0) {
        throw unexpected("files.lst has no such directory.", directory);
      }
      once(directories, index, directory);
    }

    @Override
    boolean came(String path) {
      return super.came(path)
          || isIn(links, tree.indexOfLink(path))
          || isIn(directories, tree.indexOfDirectory(path));
    }
  }

  private static final class Pack extends SentFiles {
    private Pack(GrowingTree growing, int maxEntries) {
      super(growing, maxEntries);
    }

    @Override
    void takeLink(TarEntry.SymbolicLink link) throws Rejected {
      throw notAFile(link);
    }

    @Override
    void takeDirectory(TarEntry.Directory directory) throws Rejected {
      throw notAFile(directory);
    }

    private static Rejected notAFile(TarEntry entry) {
      return refused(
          ErrorCode.TAR_UNEXPECTED, "A pack has only the files that were asked for.", entry);
    }
  }
}
