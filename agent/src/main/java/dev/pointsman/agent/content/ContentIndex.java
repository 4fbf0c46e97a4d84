package dev.pointsman.agent.content;

import dev.pointsman.protocol.bundle.TreeEntry;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Finds files of a list by their content. Costs a few bytes for each file, because what it finds
 * are numbers in the list. One thread.
 */
public final class ContentIndex {
  private static final int SMALLEST = 16;

  private final List<TreeEntry.File> files;
  private final int seed = ThreadLocalRandom.current().nextInt() | 1;

  /** Numbers of files that are the first with their content, plus one; open addressing. */
  private final int[] firsts;

  /** {@code files} are quick to get at. */
  public ContentIndex(List<TreeEntry.File> files) {
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

  /** The first file with this content and mode, or -1. */
  public int first(String sha256, boolean executable) {
    return firsts[slot(sha256, executable)] - 1;
  }

  /** The first file with this content, whatever its mode, or -1. */
  public int first(String sha256) {
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
