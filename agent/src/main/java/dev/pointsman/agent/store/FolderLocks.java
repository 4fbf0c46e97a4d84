package dev.pointsman.agent.store;

/** A lock for each folder: held while a blob is looked at and then linked, moved or removed. */
final class FolderLocks {
  private final Object[] locks = new Object[StoreLayout.FOLDERS];

  FolderLocks() {
    for (int i = 0; i < locks.length; i++) {
      locks[i] = new Object();
    }
  }

  Object of(BlobKey key) {
    return locks[key.shard()];
  }
}
