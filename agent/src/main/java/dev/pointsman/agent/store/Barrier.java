package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Path;

/** Returns when everything below a directory is on disk. An error is final. */
public interface Barrier {
  /** Content, attributes and names. */
  void sync(Path directory) throws IOException;
}
