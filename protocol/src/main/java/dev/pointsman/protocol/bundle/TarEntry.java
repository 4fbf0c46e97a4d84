package dev.pointsman.protocol.bundle;

/** One entry of an archive. Paths have passed {@link PathRules}. */
public sealed interface TarEntry {
  /** Where it is; empty for the archive's root directory. */
  String path();

  /** A regular file, whose content follows. */
  record File(String path, boolean executable, long size) implements TarEntry {}

  /** A directory. */
  record Directory(String path) implements TarEntry {}

  /** A symbolic link, whose target is unchecked. */
  record SymbolicLink(String path, String target) implements TarEntry {}

  /** A file with the content of an earlier one, which need not exist. */
  record HardLink(String path, String target) implements TarEntry {}
}
