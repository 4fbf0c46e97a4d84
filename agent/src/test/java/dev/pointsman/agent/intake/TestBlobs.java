package dev.pointsman.agent.intake;

import dev.pointsman.agent.content.Blobs;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.ContentStore;
import dev.pointsman.agent.store.Sharing;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;

/** The real store, for an app of a test. */
record TestBlobs(ContentStore content, Sharing sharing) implements Blobs {
  TestBlobs(Path root, TestHost host, Clock clock, Sharing sharing) throws IOException {
    this(
        ContentStore.open(root, host::barrier, (_, what) -> host.damaged.add(what), clock),
        sharing);
  }

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
