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

  /** Returns when the names in {@code directory} are on disk. */
  void syncDirectory(Path directory) throws IOException;
}
