package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Optional;

/** Where things of the store lie: {@code directory} is {@code <root>/store}. */
record StoreLayout(Path directory) {
  static final int FOLDERS = 256;
  private static final char COPY = '~';

  /** Blobs. */
  Path blobs() {
    return directory.resolve("v1");
  }

  /** Copies that are not known to be on disk yet. */
  Path fresh() {
    return directory.resolve("new");
  }

  Path quarantine() {
    return directory.resolve("quarantine");
  }

  Path scrubState() {
    return directory.resolve("scrub");
  }

  Path folder(int number) {
    return blobs().resolve(String.format(Locale.ROOT, "%02x", number));
  }

  /** The blob of {@code key}; from number 2 on a spill copy: the first has all links it can. */
  Path blob(BlobKey key, int number) {
    String name = key.nameInFolder();
    return blobs().resolve(key.folder()).resolve(number == 1 ? name : name + COPY + number);
  }

  /** The key of a name in a folder, be it the first copy or a spill. */
  static Optional<BlobKey> key(String folder, String name) {
    int copy = name.indexOf(COPY);
    return BlobKey.parse(folder + (copy < 0 ? name : name.substring(0, copy)));
  }

  /** Creates what is missing; nobody but the agent may enter. */
  void prepare() throws IOException {
    ensure(directory);
    ensure(blobs());
    ensure(fresh());
    ensure(quarantine());
  }

  /** Creates the folder of {@code key}, where it is missing. */
  void ensureFolder(BlobKey key) throws IOException {
    ensure(folder(key.shard()));
  }

  /** The folders that are there; one appears with its first blob. */
  List<Path> folders() throws IOException {
    List<Path> folders = new ArrayList<>();
    for (int number = 0; number < FOLDERS; number++) {
      Path folder = folder(number);
      if (Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
        folders.add(folder);
      }
    }
    return folders;
  }

  /**
   * Refuses to work across file systems: a link would fail for each file, and a move not be atomic.
   */
  void requireOneFileSystem() throws IOException {
    Path root = Objects.requireNonNull(directory.getParent());
    for (Path path : List.of(directory, blobs(), fresh(), quarantine())) {
      if (!device(path).equals(device(root))) {
        throw new IOException(
            path
                + " is on another file system than "
                + root
                + ": content is shared by hard links, which work on one only; put all on the same");
      }
    }
  }

  private static Object device(Path path) throws IOException {
    return Files.getAttribute(path, "unix:dev");
  }

  private static void ensure(Path path) throws IOException {
    if (!Files.exists(path, LinkOption.NOFOLLOW_LINKS)) {
      Files.createDirectory(
          path, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
      throw new IOException(
          path + " is not a directory, but the store needs one there: move it away, start again");
    }
  }
}
