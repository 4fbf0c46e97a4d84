package dev.pointsman.agent.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFileAttributeView;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Set;

/** What is done to a single file of the store or of a release. */
final class BlobFile {
  private static final Set<PosixFilePermission> PLAIN =
      PosixFilePermissions.fromString("r--r--r--");
  private static final Set<PosixFilePermission> EXECUTABLE =
      PosixFilePermissions.fromString("r-xr-xr-x");
  private static final int BUFFER = 64 << 10;

  private BlobFile() {}

  /** The permission bits of a blob. */
  static int permissions(boolean executable) {
    return executable ? 0555 : 0444;
  }

  /** Gives it mode and time; whatever umask is set has no say. */
  static void settle(Path file, boolean executable, FileTime modified) throws IOException {
    PosixFileAttributeView view =
        Files.getFileAttributeView(file, PosixFileAttributeView.class, LinkOption.NOFOLLOW_LINKS);
    view.setTimes(modified, null, null);
    Files.setPosixFilePermissions(file, executable ? EXECUTABLE : PLAIN);
  }

  /** A new file with the content of {@code from}; blocks are shared where the file system can. */
  static void copy(Path from, Path to, boolean executable, FileTime modified) throws IOException {
    Files.copy(from, to, LinkOption.NOFOLLOW_LINKS);
    settle(to, executable, modified);
  }

  /** A new empty file. */
  static void createEmpty(Path file, boolean executable, FileTime modified) throws IOException {
    Files.newByteChannel(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE).close();
    settle(file, executable, modified);
  }

  /** The SHA-256 of its content, hex. */
  static String sha256(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
      for (int count; (count = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, count);
      }
    }
    return HexFormat.of().formatHex(digest.digest());
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
