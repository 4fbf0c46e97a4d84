package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Reads everything that lies in a release's directory and tells all that is not as the list has it:
 * what is missing, what was changed, what was added. One thread.
 */
final class TreeInspection {
  private final Path directory;
  private final ReleaseTree tree;
  private final Findings findings;

  TreeInspection(Path directory, ReleaseTree tree, Findings findings) {
    this.directory = directory;
    this.tree = tree;
    this.findings = findings;
  }

  void run() {
    for (TreeEntry.File file : tree.files()) {
      look(file, is -> inspectFile(file, is));
    }
    for (TreeEntry.Link link : tree.links()) {
      look(link, is -> inspectLink(link, is));
    }
    for (TreeEntry.EmptyDirectory empty : tree.emptyDirectories()) {
      look(
          empty,
          is -> {
            if (!is.isDirectory()) {
              changed(empty.path(), "is not a directory any more");
            }
          });
    }
    findAdded(directory, "");
  }

  /** Looks at what is there instead of one entry. */
  private interface Look {
    void at(PosixFileAttributes is) throws IOException;
  }

  private void look(TreeEntry entry, Look look) {
    try {
      look.at(
          Files.readAttributes(
              place(entry.path()), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS));
    } catch (NoSuchFileException _) {
      find("missing", entry.path(), "");
    } catch (IOException e) {
      find("unreadable", entry.path(), ": " + e.getMessage());
    }
  }

  private void inspectFile(TreeEntry.File file, PosixFileAttributes is) throws IOException {
    if (!is.isRegularFile()) {
      changed(file.path(), "is not a regular file any more");
      return;
    }
    if (!is.permissions().equals(Modes.ofFile(file.executable()))) {
      changed(
          file.path(),
          "has the mode "
              + PosixFilePermissions.toString(is.permissions())
              + " instead of "
              + PosixFilePermissions.toString(Modes.ofFile(file.executable())));
    }
    if (is.size() != file.size()) {
      changed(file.path(), "has " + is.size() + " bytes instead of " + file.size());
    } else if (!Sha256.ofFile(place(file.path())).equals(file.sha256())) {
      changed(file.path(), "has other content than was signed for");
    }
  }

  private void inspectLink(TreeEntry.Link link, PosixFileAttributes is) throws IOException {
    if (!is.isSymbolicLink()) {
      changed(link.path(), "is not a symbolic link any more");
      return;
    }
    String target = Files.readSymbolicLink(place(link.path())).toString();
    if (!target.equals(link.target())) {
      changed(
          link.path(),
          "leads to "
              + PathRules.printable(target)
              + " instead of "
              + PathRules.printable(link.target()));
    }
  }

  /** The tree is not deeper than a path may be: what is not listed is not entered. */
  private void findAdded(Path folder, String prefix) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(folder)) {
      for (Path entry : entries) {
        String path = prefix + entry.getFileName();
        boolean real = Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS);
        if (real && tree.hasDirectory(path)) {
          findAdded(entry, path + "/");
        } else if (tree.indexOfFile(path) < 0
            && tree.indexOfLink(path) < 0
            && !tree.hasDirectory(path)) {
          find("added", path, real ? "/" : "");
        }
      }
    } catch (IOException | DirectoryIteratorException e) {
      find("unreadable", prefix, ": " + e.getMessage());
    }
  }

  private Path place(String path) {
    return directory.resolve(path);
  }

  private void changed(String path, String what) {
    find("changed", path, ": " + what);
  }

  private void find(String kind, String path, String what) {
    findings.add(kind + " ./" + PathRules.printable(path) + what);
  }
}
