package dev.pointsman.agent.intake;

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
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;

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

  /** Whether the file came. */
  final boolean isSeen(int number) {
    return seen.get(number);
  }

  private void takeFile(TarReader tar, TarEntry.File entry) throws Rejected, IOException {
    int number = listed(entry);
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
    int target = growing.at(link.target());
    if (target < 0 || target == number || !seen.get(target)) {
      throw refused(ErrorCode.LINK_HARDLINK, "The hard link names no earlier file.", link);
    }
    check(growing.file(target).sha256(), growing.file(number), link);
    if (!growing.placeHeld(number)) {
      throw new IllegalStateException(link.target() + " came and is not in the tree");
    }
  }

  /** The number of the file that the entry is, which has not come before. */
  private int listed(TarEntry entry) throws Rejected {
    int number = growing.at(entry.path());
    if (number < 0) {
      throw refused(ErrorCode.TAR_UNEXPECTED, "files.lst has no such file.", entry);
    }
    if (seen.get(number)) {
      throw twice(entry);
    }
    seen.set(number);
    return number;
  }

  static Rejected twice(TarEntry entry) {
    return refused(ErrorCode.PATH_DUPLICATE, "The path occurs twice in the payload.", entry);
  }

  static Rejected refused(ErrorCode code, String detail, TarEntry entry) {
    return new Rejected(code, detail, PathRules.printable(entry.path()));
  }

  private static final class Payload extends SentFiles {
    private final GrowingTree growing;
    private final ReleaseTree tree;
    private final Map<String, String> links = new HashMap<>();
    private final Set<String> directories = new HashSet<>();
    private final Set<String> others = new HashSet<>();

    private Payload(GrowingTree growing, int maxEntries) {
      super(growing, maxEntries);
      this.growing = growing;
      this.tree = growing.tree();
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

    @Override
    void unpack(TarReader tar) throws Rejected, IOException {
      super.unpack(tar);
      for (int i = 0; i < tree.files().size(); i++) {
        if (!isSeen(i)) {
          throw new Rejected(
              ErrorCode.TREE_MISSING,
              "The payload lacks a file that files.lst names.",
              PathRules.printable(tree.files().get(i).path()));
        }
      }
    }

    @Override
    void takeLink(TarEntry.SymbolicLink link) throws Rejected {
      if (!link.target().equals(links.get(link.path()))) {
        throw refused(ErrorCode.TAR_UNEXPECTED, "files.lst has no such link.", link);
      }
      once(link);
    }

    @Override
    void takeDirectory(TarEntry.Directory directory) throws Rejected {
      String path = directory.path();
      if (!path.isEmpty()) {
        if (!directories.contains(path) && !growing.hasBelow(path)) {
          throw refused(ErrorCode.TAR_UNEXPECTED, "files.lst has no such directory.", directory);
        }
        once(directory);
      }
    }

    private void once(TarEntry entry) throws Rejected {
      if (!others.add(entry.path())) {
        throw twice(entry);
      }
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
