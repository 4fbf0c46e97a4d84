package dev.pointsman.agent.content;

import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.Sharing;
import java.io.IOException;
import java.nio.file.Path;

/** The content that this host has by its digest, as one app may use it. */
public interface Blobs {
  /** Whether there is content of {@code key}; in memory only. */
  boolean holds(BlobKey key);

  /**
   * Puts content at {@code file}, which does not exist; false where it is not here after all, or
   * was found unfit.
   */
  boolean place(BlobKey key, long size, Path file) throws IOException;

  /** Takes in the content of a release's settled file, which is on disk. */
  void keep(BlobKey key, Path file) throws IOException;

  /** What was kept counts from now on; called when a release is published. */
  void settle() throws IOException;

  /** How {@link #place} does it. */
  Sharing sharing();
}
