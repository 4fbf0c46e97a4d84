package dev.pointsman.agent.store;

import java.util.Optional;

/**
 * Names content in the store. The mode is part of it, because it belongs to the inode and so to all
 * hard links of the content.
 *
 * @param sha256 of the content, 64 digits of lower-case hex
 * @param executable whether its mode is 0555 rather than 0444
 */
public record BlobKey(String sha256, boolean executable) {
  static final String EXECUTABLE = ".x";

  private static final int DIGITS = 64;
  private static final int FOLDER = 2;
  private static final String OF_NOTHING =
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

  /** Checks the digest's form. */
  public BlobKey {
    if (!isDigest(sha256)) {
      throw new IllegalArgumentException(sha256 + " is not a SHA-256 in lower-case hex");
    }
  }

  /** The key whose name is {@code name}, as {@link #name} writes it. */
  public static Optional<BlobKey> parse(String name) {
    boolean executable = name.endsWith(EXECUTABLE);
    String digest = executable ? name.substring(0, name.length() - EXECUTABLE.length()) : name;
    return isDigest(digest) ? Optional.of(new BlobKey(digest, executable)) : Optional.empty();
  }

  /** The digest, and {@code .x} where it is executable. */
  public String name() {
    return executable ? sha256 + EXECUTABLE : sha256;
  }

  @Override
  public String toString() {
    return name();
  }

  /** Whether this is the content of empty files, which are created and never kept. */
  boolean isOfNothing() {
    return sha256.equals(OF_NOTHING);
  }

  /** The first two digits. */
  String folder() {
    return sha256.substring(0, FOLDER);
  }

  /** The name in its folder. */
  String nameInFolder() {
    return name().substring(FOLDER);
  }

  /** The number of the folder, 0 to 255. */
  int shard() {
    return Integer.parseInt(sha256, 0, FOLDER, 16);
  }

  private static boolean isDigest(String text) {
    if (text.length() != DIGITS) {
      return false;
    }
    for (int i = 0; i < DIGITS; i++) {
      char c = text.charAt(i);
      if ((c < '0' || c > '9') && (c < 'a' || c > 'f')) {
        return false;
      }
    }
    return true;
  }
}
