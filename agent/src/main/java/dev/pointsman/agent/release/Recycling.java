package dev.pointsman.agent.release;

import dev.pointsman.agent.store.Stamp;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.BitSet;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Takes from an old tree what the next one does not have, or has otherwise: files that are not
 * listed by both with the same content, or are not as they were staged, all links, and directories
 * that are not needed. Follows no link; writes to no file. One thread.
 */
final class Recycling {
  private final ReleaseTree was;
  private final ReleaseTree next;
  private final Consumer<String> directories;
  private final BitSet kept = new BitSet();

  /** {@code directories} hears of those that stay. */
  Recycling(ReleaseTree was, ReleaseTree next, Consumer<String> directories) {
    this.was = was;
    this.next = next;
    this.directories = directories;
  }

  /** Does it; returns which files of the next tree are in place. */
  BitSet run(Path tree) throws IOException {
    prune(tree, "");
    return kept;
  }

  private void prune(Path directory, String prefix) throws IOException {
    try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
      for (Path child : children) {
        String path = prefix + child.getFileName();
        PosixFileAttributes is =
            Files.readAttributes(child, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        if (is.isDirectory()) {
          pruneDirectory(child, path, is);
        } else {
          pruneFile(child, path, is);
        }
      }
    }
  }

  private void pruneDirectory(Path directory, String path, PosixFileAttributes is)
      throws IOException {
    if (!next.hasDirectory(path) || !is.permissions().equals(Modes.DIRECTORY)) {
      Deletion.delete(directory);
      return;
    }
    directories.accept(path);
    prune(directory, path + "/");
  }

  private void pruneFile(Path file, String path, PosixFileAttributes is) throws IOException {
    int number = is.isRegularFile() ? next.indexOfFile(path) : -1;
    if (number >= 0 && isAsListed(path, next.files().get(number), is)) {
      kept.set(number);
    } else {
      Files.delete(file);
    }
  }

  /** The lists decide what the content is; the stamp tells whether somebody wrote to it. */
  private boolean isAsListed(String path, TreeEntry.File wanted, PosixFileAttributes is) {
    Optional<TreeEntry.File> before = was.file(path);
    return before.isPresent()
        && before.get().sha256().equals(wanted.sha256())
        && is.size() == wanted.size()
        && is.permissions().equals(Modes.ofFile(wanted.executable()))
        && Stamp.isOn(is.lastModifiedTime(), wanted.sha256());
  }
}
