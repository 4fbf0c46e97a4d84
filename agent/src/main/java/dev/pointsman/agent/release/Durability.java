package dev.pointsman.agent.release;

import java.io.IOException;
import java.nio.file.Path;

/** How writes reach the disk. An error is final: what was written before it must be given up. */
public interface Durability {
  /**
   * Returns when everything below {@code directory} is on disk: content, attributes, names, its own
   * included. May sync the whole file system to get there.
   */
  void barrier(Path directory) throws IOException;

  /**
   * As {@link #barrier(Path)}, where of all regular files below {@code directory} only those of
   * {@code written} have content that may not be on disk: the others are links to content that is.
   */
  default void barrier(Path directory, Iterable<Path> written) throws IOException {
    barrier(directory);
  }

  /** Returns when the names in {@code directory} are on disk. */
  void syncDirectory(Path directory) throws IOException;
}
