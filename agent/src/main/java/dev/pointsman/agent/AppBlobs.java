package dev.pointsman.agent;

import dev.pointsman.agent.content.Blobs;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.ContentStore;
import dev.pointsman.agent.store.Sharing;
import java.io.IOException;
import java.nio.file.Path;

/** The host's store as one app may use it. */
record AppBlobs(ContentStore content, Sharing sharing) implements Blobs {
  @Override
  public boolean holds(BlobKey key) {
    return content.holds(key);
  }

  @Override
  public boolean place(BlobKey key, long size, Path file) throws IOException {
    return content.place(key, size, file, sharing);
  }

  @Override
  public void keep(BlobKey key, Path file) throws IOException {
    content.keep(key, file, sharing);
  }

  @Override
  public void settle() throws IOException {
    content.settle();
  }
}
