package dev.pointsman.agent.push;

import dev.pointsman.protocol.bundle.TreeEntry;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;

/**
 * Some files of a list, to be taken out by their content. Costs a few bytes for each, because it
 * holds nothing but their numbers. One thread.
 */
final class ByContent {
  private static final int SMALLEST = 16;

  private final List<TreeEntry.File> files;

  /** The numbers of files, plus one; open addressing by digest. A file that was taken stays. */
  private final int[] table;

  private final BitSet left;

  /** {@code numbers} of {@code files}, which are quick to get at. */
  ByContent(List<TreeEntry.File> files, BitSet numbers) {
    this.files = files;
    this.left = (BitSet) numbers.clone();
    int count = Math.max(1, numbers.cardinality());
    this.table = new int[Math.max(SMALLEST, Integer.highestOneBit(count) * 4)];
    for (int i = numbers.nextSetBit(0); i >= 0; i = numbers.nextSetBit(i + 1)) {
      int slot = slot(files.get(i).sha256());
      while (table[slot] != 0) {
        slot = next(slot);
      }
      table[slot] = i + 1;
    }
  }

  /** Takes out all that have the content of file {@code number}; none where that is -1. */
  List<TreeEntry.File> take(int number) {
    if (number < 0 || left.isEmpty()) {
      return List.of();
    }
    List<TreeEntry.File> found = new ArrayList<>(1);
    String sha256 = files.get(number).sha256();
    for (int slot = slot(sha256); table[slot] != 0; slot = next(slot)) {
      int candidate = table[slot] - 1;
      if (left.get(candidate) && files.get(candidate).sha256().equals(sha256)) {
        left.clear(candidate);
        found.add(files.get(candidate));
      }
    }
    return found;
  }

  boolean isEmpty() {
    return left.isEmpty();
  }

  /** Any that is left. */
  TreeEntry.File first() {
    return files.get(left.nextSetBit(0));
  }

  private int slot(String sha256) {
    int hash = sha256.hashCode() * 0x9E3779B9; // The list is the sender's own: nobody attacks it.
    return (hash ^ hash >>> 15) & (table.length - 1);
  }

  private int next(int slot) {
    return (slot + 1) & (table.length - 1);
  }
}
