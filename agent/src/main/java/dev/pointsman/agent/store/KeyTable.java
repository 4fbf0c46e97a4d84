package dev.pointsman.agent.store;

/**
 * The keys of one folder of the store: 96 bits of each digest behind the two digits of the folder,
 * the last of them replaced by the executable bit, twelve bytes a key and no objects. Two contents
 * that agree in so many bits are not found by chance. Open addressing with linear probing; a
 * removal moves its successors back, so there are no tombstones. Not safe for threads.
 */
final class KeyTable {
  private static final int INTS = 3;
  private static final int SMALLEST = 8;

  private int[] slots = new int[SMALLEST * INTS];
  private int size;

  boolean contains(BlobKey key) {
    return find(high(key), low(key)) >= 0;
  }

  /** Returns whether it is new. */
  boolean add(BlobKey key) {
    long high = high(key);
    int low = low(key);
    int slot = find(high, low);
    if (slot >= 0) {
      return false;
    }
    if ((size + 1) * 5L > capacity() * 4L) {
      grow();
      slot = find(high, low);
    }
    put(slots, -slot - 1, high, low);
    size++;
    return true;
  }

  /** Returns whether it was there. */
  boolean remove(BlobKey key) {
    int slot = find(high(key), low(key));
    if (slot < 0) {
      return false;
    }
    close(slot);
    size--;
    return true;
  }

  int size() {
    return size;
  }

  /** Bytes of the table. */
  long bytes() {
    return (long) slots.length * Integer.BYTES;
  }

  /** Sixty-four bits, never zero: zero is an empty slot. */
  private static long high(BlobKey key) {
    return Long.parseUnsignedLong(key.sha256(), 2, 18, 16) | 1L << 63;
  }

  private static int low(BlobKey key) {
    int bits = Integer.parseUnsignedInt(key.sha256(), 18, 26, 16);
    return key.executable() ? bits | 1 : bits & ~1;
  }

  /** Where the key is, or -1 minus the slot where it belongs. */
  private int find(long high, int low) {
    int capacity = capacity();
    int slot = home(high, capacity);
    while (true) {
      long there = highAt(slots, slot);
      if (there == 0) {
        return -slot - 1;
      }
      if (there == high && slots[slot * INTS + 2] == low) {
        return slot;
      }
      slot = next(slot, capacity);
    }
  }

  /** Empties {@code slot} and moves back what would not be found any more. */
  private void close(int slot) {
    int capacity = capacity();
    int hole = slot;
    int at = next(slot, capacity);
    while (highAt(slots, at) != 0) {
      int home = home(highAt(slots, at), capacity);
      if (distance(home, at, capacity) >= distance(hole, at, capacity)) {
        put(slots, hole, highAt(slots, at), slots[at * INTS + 2]);
        hole = at;
      }
      at = next(at, capacity);
    }
    put(slots, hole, 0, 0);
  }

  /** A quarter more at a time, so that a full heap is never needed twice. */
  private void grow() {
    int[] old = slots;
    int capacity = capacity() + Math.max(capacity() / 4, SMALLEST);
    slots = new int[Math.multiplyExact(capacity, INTS)];
    for (int slot = 0; slot * INTS < old.length; slot++) {
      long high = highAt(old, slot);
      if (high != 0) {
        int low = old[slot * INTS + 2];
        put(slots, -find(high, low) - 1, high, low);
      }
    }
  }

  private int capacity() {
    return slots.length / INTS;
  }

  /** Bits 31 to 62 spread over the capacity. */
  private static int home(long high, int capacity) {
    return (int) (((high >>> 31 & 0xFFFF_FFFFL) * capacity) >>> 32);
  }

  private static int next(int slot, int capacity) {
    return slot + 1 == capacity ? 0 : slot + 1;
  }

  private static int distance(int from, int to, int capacity) {
    return to >= from ? to - from : to - from + capacity;
  }

  private static long highAt(int[] slots, int slot) {
    return (long) slots[slot * INTS] << 32 | (slots[slot * INTS + 1] & 0xFFFF_FFFFL);
  }

  private static void put(int[] slots, int slot, long high, int low) {
    slots[slot * INTS] = (int) (high >>> 32);
    slots[slot * INTS + 1] = (int) high;
    slots[slot * INTS + 2] = low;
  }
}
