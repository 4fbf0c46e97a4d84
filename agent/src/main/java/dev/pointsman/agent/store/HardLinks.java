package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Path;

/** Gives a file another name; fails with the errno of {@code link(2)}. */
public interface HardLinks {
  void link(Path existing, Path link) throws IOException;
}
