package dev.pointsman.agent.intake;

import dev.pointsman.protocol.bundle.PathRules;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds files of a list by path and by content. Costs a few bytes for each file, because what it
 * finds are numbers in the list. One thread.
 */
final class ContentIndex {
  private static final int SMALLEST = 16;

  private final List<TreeEntry.File> files;
  private final int seed = ThreadLocalRandom.current().nextInt() | 1;

  /** Numbers of files that are the first with their content, plus one; open addressing. */
  private final int[] firsts;

  private int expected;

  /** {@code files} are sorted by path and quick to get at. */
  ContentIndex(List<TreeEntry.File> files) {
    this.files = files;
    int capacity = Math.max(SMALLEST, Integer.highestOneBit(Math.max(files.size(), 1)) * 4);
    this.firsts = new int[capacity];
    for (int i = 0; i < files.size(); i++) {
      TreeEntry.File file = files.get(i);
      int slot = slot(file.sha256(), file.executable());
      if (firsts[slot] == 0) {
        firsts[slot] = i + 1;
      }
    }
  }

  /** The file at {@code path}, or -1. */
  int at(String path) {
    // Archives often come in the order of the list.
    if (expected < files.size() && files.get(expected).path().equals(path)) {
      return expected++;
    }
    int found = from(path);
    if (found == files.size() || !files.get(found).path().equals(path)) {
      return -1;
    }
    expected = found + 1;
    return found;
  }

  /** Whether some file lies below {@code directory}. */
  boolean hasBelow(String directory) {
    int next = from(directory + "/");
    return next < files.size() && files.get(next).path().startsWith(directory + "/");
  }

  /** The first file whose path is not before {@code path}; their count where there is none. */
  private int from(String path) {
    int low = 0;
    int high = files.size();
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (PathRules.BYTE_ORDER.compare(files.get(middle).path(), path) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** The first file with this content and mode, or -1. */
  int first(String sha256, boolean executable) {
    return firsts[slot(sha256, executable)] - 1;
  }

  /** The first file with this content, whatever its mode, or -1. */
  int first(String sha256) {
    int plain = first(sha256, false);
    int executable = first(sha256, true);
    if (plain < 0 || executable < 0) {
      return Math.max(plain, executable);
    }
    return Math.min(plain, executable);
  }

  /** Where this content is, or would be. */
  private int slot(String sha256, boolean executable) {
    int mask = firsts.length - 1;
    int hash = (sha256.hashCode() ^ (executable ? 1 : 0)) * seed;
    int slot = (hash ^ hash >>> 15) & mask;
    while (firsts[slot] != 0) {
      TreeEntry.File file = files.get(firsts[slot] - 1);
      if (file.executable() == executable && file.sha256().equals(sha256)) {
        return slot;
      }
      slot = (slot + 1) & mask;
    }
    return slot;
  }
}
