package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Locale;
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
    for (int number = 0; number < FOLDERS; number++) {
      ensure(folder(number));
    }
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
