package dev.pointsman.agent.release;

import dev.pointsman.agent.store.Stamp;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFileAttributes;
import java.util.stream.Stream;

/** Compares what lies in a release's directory with its list; names the first thing that is off. */
final class TreeCheck {
  private final Path directory;
  private final ReleaseTree tree;
  private final Probe nanoseconds;
  private boolean timesSayNothing;

  /** Finds out whether the file system keeps the nanoseconds that a stamp is made of. */
  interface Probe {
    boolean areKept() throws IOException;
  }

  /** {@code nanoseconds} is asked where a time is not as it ought to be. */
  TreeCheck(Path directory, ReleaseTree tree, Probe nanoseconds) {
    this.directory = directory;
    this.tree = tree;
    this.nanoseconds = nanoseconds;
  }

  /** Looks at types, sizes, modes, times and link targets; entries beside the list are let be. */
  void cheap() throws Rejected, IOException {
    for (TreeEntry.File file : tree.files()) {
      checkFile(file);
    }
    for (TreeEntry.Link link : tree.links()) {
      if (!attributes(link).isSymbolicLink()
          || !Files.readSymbolicLink(place(link)).toString().equals(link.target())) {
        throw damaged(link.path(), "is not the symbolic link that it was");
      }
    }
    for (TreeEntry.EmptyDirectory empty : tree.emptyDirectories()) {
      if (!attributes(empty).isDirectory()) {
        throw damaged(empty.path(), "is not a directory any more");
      }
    }
  }

  /** Reads every file as well, and refuses what the list does not name. */
  void full() throws Rejected, IOException {
    cheap();
    for (TreeEntry.File file : tree.files()) {
      if (!Sha256.ofFile(place(file)).equals(file.sha256())) {
        throw damaged(file.path(), "has other content than was signed");
      }
    }
    checkNothingElse();
  }

  private void checkFile(TreeEntry.File file) throws Rejected, IOException {
    PosixFileAttributes is = attributes(file);
    if (!is.isRegularFile()) {
      throw damaged(file.path(), "is not a regular file any more");
    }
    if (is.size() != file.size()) {
      throw damaged(file.path(), "has " + is.size() + " bytes instead of " + file.size());
    }
    if (!is.permissions().equals(Modes.ofFile(file.executable()))) {
      throw damaged(file.path(), "has another mode than it was given");
    }
    if (!timesSayNothing && !Stamp.isOn(is.lastModifiedTime(), file.sha256())) {
      if (nanoseconds.areKept()) {
        throw damaged(file.path(), "was modified at " + is.lastModifiedTime());
      }
      timesSayNothing = true;
    }
  }

  private void checkNothingElse() throws Rejected, IOException {
    try (Stream<Path> all = Files.walk(directory)) {
      for (Path path : (Iterable<Path>) all::iterator) {
        String name = directory.relativize(path).toString();
        if (!name.isEmpty() && !isListed(name)) {
          throw damaged(name, "is not part of the release");
        }
      }
    }
  }

  private boolean isListed(String name) {
    return tree.indexOfFile(name) >= 0 || tree.indexOfLink(name) >= 0 || tree.hasDirectory(name);
  }

  private PosixFileAttributes attributes(TreeEntry entry) throws Rejected, IOException {
    try {
      return Files.readAttributes(
          place(entry), PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    } catch (NoSuchFileException e) {
      Rejected damaged = damaged(entry.path(), "is missing");
      damaged.initCause(e);
      throw damaged;
    }
  }

  private Path place(TreeEntry entry) {
    return directory.resolve(entry.path());
  }

  private Rejected damaged(String path, String what) {
    String shown = PathRules.printable(path);
    return new Rejected(
        ErrorCode.RELEASE_DAMAGED, directory.getFileName() + "/" + shown + " " + what + ".", shown);
  }
}
