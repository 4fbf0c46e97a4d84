package dev.pointsman.agent.store;

import java.util.concurrent.atomic.AtomicInteger;

/**
 * A set of keys that costs about 17 bytes each, for hundreds of thousands. Any thread. It holds as
 * many as it was told and forgets what is beyond: whoever asks must be able to live with a no.
 */
public final class KeySet {
  /** As many as fit into a quarter of the heap. */
  public static final int DEFAULT_LIMIT =
      Math.clamp(Runtime.getRuntime().maxMemory() / 4 / 17, 100_000, 16_000_000);

  private static final int SHARDS = 256;

  private final KeyTable[] shards = new KeyTable[SHARDS];
  private final AtomicInteger size = new AtomicInteger();
  private final int limit;

  /** An empty set for up to {@code limit} keys. */
  public KeySet(int limit) {
    this.limit = limit;
    for (int i = 0; i < SHARDS; i++) {
      shards[i] = new KeyTable();
    }
  }

  /** Whether it is here. */
  public boolean contains(BlobKey key) {
    KeyTable shard = shards[key.shard()];
    synchronized (shard) {
      return shard.contains(key);
    }
  }

  /** Adds it; false where the set is full and the key is not in it. */
  public boolean add(BlobKey key) {
    KeyTable shard = shards[key.shard()];
    synchronized (shard) {
      if (size.get() >= limit) {
        return shard.contains(key);
      }
      if (shard.add(key)) {
        size.incrementAndGet();
      }
      return true;
    }
  }

  /** Removes it, where it is here. */
  public void remove(BlobKey key) {
    KeyTable shard = shards[key.shard()];
    synchronized (shard) {
      if (shard.remove(key)) {
        size.decrementAndGet();
      }
    }
  }

  /** How many there are. */
  public int size() {
    return size.get();
  }

  /** Bytes of the tables. */
  long bytes() {
    long bytes = 0;
    for (KeyTable shard : shards) {
      synchronized (shard) {
        bytes += shard.bytes();
      }
    }
    return bytes;
  }
}
