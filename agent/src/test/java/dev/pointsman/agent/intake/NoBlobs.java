package dev.pointsman.agent.intake;

import dev.pointsman.agent.content.Blobs;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.Sharing;
import java.nio.file.Path;

/** A host that has no content and keeps none: for tests that are not about the store. */
public final class NoBlobs implements Blobs {
  @Override
  public boolean holds(BlobKey key) {
    return false;
  }

  @Override
  public boolean place(BlobKey key, long size, Path file) {
    return false;
  }

  @Override
  public void keep(BlobKey key, Path file) {}

  @Override
  public void settle() {}

  @Override
  public Sharing sharing() {
    return Sharing.LINK;
  }
}
