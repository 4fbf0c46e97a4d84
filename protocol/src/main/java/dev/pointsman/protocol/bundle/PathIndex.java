package dev.pointsman.protocol.bundle;

import java.io.IOException;
import java.util.Arrays;

/**
 * Paths in the order they came, found by their bytes: about twenty bytes of memory for each, the
 * paths themselves lie in a {@link Spool}. A directory that only follows from a path has no bytes
 * of its own but is the beginning of that path. One thread.
 */
final class PathIndex {
  private final Spool spool;
  private final byte[] other = new byte[PathRules.MAX_PATH_BYTES];
  private int[] slots = new int[1 << 8];
  private int[] hashes = new int[1 << 7];
  private int[] starts = new int[1 << 7];
  private short[] lengths = new short[1 << 7];
  private byte[] kinds = new byte[1 << 7];
  private int size;

  PathIndex(Spool spool) {
    this.spool = spool;
  }

  int size() {
    return size;
  }

  int start(int entry) {
    return starts[entry];
  }

  int length(int entry) {
    return lengths[entry];
  }

  int kind(int entry) {
    return kinds[entry];
  }

  void mark(int entry, int kind) {
    kinds[entry] = (byte) kind;
  }

  /** The entry of the first {@code length} bytes of {@code path}, or -1. */
  int find(byte[] path, int length, long hash) throws IOException {
    for (int slot = first(hash); slots[slot] != 0; slot = next(slot)) {
      int entry = slots[slot] - 1;
      if (hashes[entry] == (int) (hash >>> 32) && is(entry, path, length)) {
        return entry;
      }
    }
    return -1;
  }

  /** Adds the path of {@code length} bytes at {@code start}, which is not here yet. */
  void add(int start, int length, int kind, long hash) {
    if (size == starts.length) {
      grow();
    }
    hashes[size] = (int) (hash >>> 32);
    starts[size] = start;
    lengths[size] = (short) length;
    kinds[size] = (byte) kind;
    size++;
    int slot = first(hash);
    while (slots[slot] != 0) {
      slot = next(slot);
    }
    slots[slot] = size;
  }

  private boolean is(int entry, byte[] path, int length) throws IOException {
    if (lengths[entry] != length) {
      return false;
    }
    spool.read(starts[entry], other, length);
    return Arrays.equals(other, 0, length, path, 0, length);
  }

  private int first(long hash) {
    return slot((int) (hash >>> 32), slots.length);
  }

  private static int slot(int hash, int slots) {
    return (hash * 0x9e3779b1) >>> (32 - Integer.numberOfTrailingZeros(slots));
  }

  private int next(int slot) {
    return (slot + 1) & (slots.length - 1);
  }

  private void grow() {
    int capacity = size * 2;
    hashes = Arrays.copyOf(hashes, capacity);
    starts = Arrays.copyOf(starts, capacity);
    lengths = Arrays.copyOf(lengths, capacity);
    kinds = Arrays.copyOf(kinds, capacity);
    slots = new int[capacity * 2];
    for (int entry = 0; entry < size; entry++) {
      int slot = slot(hashes[entry], slots.length);
      while (slots[slot] != 0) {
        slot = next(slot);
      }
      slots[slot] = entry + 1;
    }
  }
}
