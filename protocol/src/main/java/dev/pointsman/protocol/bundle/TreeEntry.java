package dev.pointsman.protocol.bundle;

/** One entry of a release's tree. Paths are relative, without {@code ./}. */
public sealed interface TreeEntry {
  /** Where it is. */
  String path();

  /**
   * A regular file.
   *
   * @param sha256 of its content, 64 lower-case hex digits
   */
  record File(String path, boolean executable, long size, String sha256) implements TreeEntry {}

  /** A symbolic link. */
  record Link(String path, String target) implements TreeEntry {}

  /** A directory with nothing in it; all others follow from the paths of their content. */
  record EmptyDirectory(String path) implements TreeEntry {}
}
