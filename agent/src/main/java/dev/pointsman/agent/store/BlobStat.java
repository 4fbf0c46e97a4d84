package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * What {@code lstat(2)} says of a blob.
 *
 * @param mode type and permissions
 * @param links names of the inode
 * @param changed when a name was last given or taken, or an attribute changed
 */
record BlobStat(int mode, int uid, int links, long size, FileTime modified, FileTime changed) {
  private static final String WANTED = "unix:mode,uid,nlink,size,lastModifiedTime,ctime";
  private static final int TYPE = 0170000;
  private static final int REGULAR = 0100000;
  private static final int PERMISSIONS = 07777;

  static Optional<BlobStat> of(Path path) throws IOException {
    try {
      Map<String, Object> is = Files.readAttributes(path, WANTED, LinkOption.NOFOLLOW_LINKS);
      return Optional.of(
          new BlobStat(
              (Integer) get(is, "mode"),
              (Integer) get(is, "uid"),
              (Integer) get(is, "nlink"),
              (Long) get(is, "size"),
              (FileTime) get(is, "lastModifiedTime"),
              (FileTime) get(is, "ctime")));
    } catch (NoSuchFileException e) {
      return Optional.empty();
    }
  }

  private static Object get(Map<String, Object> attributes, String name) {
    return Objects.requireNonNull(attributes.get(name), name);
  }

  /** The same as if somebody had written to it. */
  BlobStat asTouched() {
    return new BlobStat(mode & TYPE, uid, links, size, modified, changed);
  }

  boolean isRegular() {
    return (mode & TYPE) == REGULAR;
  }

  int permissions() {
    return mode & PERMISSIONS;
  }
}
