package dev.pointsman.agent.release;

import java.util.Arrays;

/**
 * Which directories of a tree were made already, at eight bytes for each, however long their paths
 * are: only a hash is kept. Two paths of one hash are as good as impossible, and where it happened
 * a directory would be missing and staging fail, nothing else. One thread.
 */
final class MadeDirectories {
  private long[] slots = new long[1 << 6];
  private int size;

  boolean contains(String path) {
    return slots[slot(hash(path), slots)] != 0;
  }

  void add(String path) {
    if (size * 2 >= slots.length) {
      grow();
    }
    long hash = hash(path);
    int slot = slot(hash, slots);
    size += slots[slot] == 0 ? 1 : 0;
    slots[slot] = hash;
  }

  void clear() {
    Arrays.fill(slots, 0);
    size = 0;
  }

  private void grow() {
    long[] larger = new long[slots.length * 2];
    for (long hash : slots) {
      if (hash != 0) {
        larger[slot(hash, larger)] = hash;
      }
    }
    slots = larger;
  }

  /** Where {@code hash} is, or would be. */
  private static int slot(long hash, long[] slots) {
    int slot = (int) hash & (slots.length - 1);
    while (slots[slot] != 0 && slots[slot] != hash) {
      slot = (slot + 1) & (slots.length - 1);
    }
    return slot;
  }

  /** FNV-1a, mixed; never zero, which is an empty slot. */
  private static long hash(String path) {
    long hash = 0xcbf29ce484222325L;
    for (int i = 0; i < path.length(); i++) {
      hash = (hash ^ path.charAt(i)) * 0x100000001b3L;
    }
    hash = (hash ^ (hash >>> 32)) * 0xd6e8feb86659fd93L;
    hash ^= hash >>> 32;
    return hash == 0 ? 1 : hash;
  }
}
