package dev.pointsman.agent.content;

import java.io.IOException;
import java.nio.file.Path;

/** Counts what the JDK cannot. */
public interface FreeInodes {
  /** Free inodes where {@code path} lies; {@link Long#MAX_VALUE} where there is no such limit. */
  long on(Path path) throws IOException;
}
