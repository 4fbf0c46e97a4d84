package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Where the paths of a file list begin in its bytes: four bytes for each entry is all that a tree
 * costs in memory, however long its paths are. In each section paths stand in the order of their
 * bytes, so that they are found by halving. Every path ends with a line feed, which no path has in
 * it and which sorts before all that one can have.
 *
 * <p>One thread while it grows, any afterwards.
 */
final class PathTable {
  private static final char END = '\n';

  private final ByteBuffer list;
  private int[] starts = new int[256];
  private int files;
  private int links;
  private int directories;

  PathTable(ByteBuffer list) {
    this.list = list;
  }

  /** Adds the path at {@code start}; sections come in their order. */
  void add(Section section, int start) {
    int count = files + links + directories;
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count + (count >> 1));
    }
    starts[count] = start;
    switch (section) {
      case FILES -> files++;
      case LINKS -> links++;
      case DIRECTORIES -> directories++;
    }
  }

  /** The list itself. */
  ByteBuffer list() {
    return list;
  }

  /** Entries of {@code section}. */
  int count(Section section) {
    return switch (section) {
      case FILES -> files;
      case LINKS -> links;
      case DIRECTORIES -> directories;
    };
  }

  /** The number, among all entries, of the first one of {@code section}. */
  int first(Section section) {
    return switch (section) {
      case FILES -> 0;
      case LINKS -> files;
      case DIRECTORIES -> files + links;
    };
  }

  /** Where the path of the entry with this number begins. */
  int start(int entry) {
    return starts[entry];
  }

  /** The path that begins at {@code start}. */
  String path(int start) {
    int end = start;
    while (list.get(end) != END) {
      end++;
    }
    return text(start, end);
  }

  /** The target of a link, which stands in its line before the path. */
  String target(int link) {
    int tab = starts[first(Section.LINKS) + link] - "\t./".length();
    int line = tab;
    while (list.get(line - 1) != END) {
      line--;
    }
    return text(line + "l ".length(), tab);
  }

  /** What stands between two places. */
  String text(int from, int to) {
    byte[] bytes = new byte[to - from];
    list.get(from, bytes);
    return new String(bytes, StandardCharsets.UTF_8);
  }

  /** The place in {@code section} of the path that {@code key} begins with, or -1. */
  int find(Section section, byte[] key, int length) {
    int place = ceiling(section, key, length);
    int entry = first(section) + place;
    boolean same =
        place < count(section) && compare(starts[entry], key, length, new byte[length + 1]) == 0;
    return same ? place : -1;
  }

  /** The place in {@code section} of the first path below {@code key}, which ends with a slash. */
  int firstBelow(Section section, byte[] key, int length) {
    int place = ceiling(section, key, length);
    if (place == count(section)) {
      return -1;
    }
    int start = starts[first(section) + place];
    for (int i = 0; i < length; i++) {
      if (list.get(start + i) != key[i]) {
        return -1;
      }
    }
    return place;
  }

  /** Whether there is an entry at {@code key}, or below it. */
  boolean exists(byte[] key) {
    byte[] directory = Arrays.copyOf(key, key.length + 1);
    directory[key.length] = '/';
    for (Section section : Section.values()) {
      if (find(section, key, key.length) >= 0
          || firstBelow(section, directory, directory.length) >= 0) {
        return true;
      }
    }
    return false;
  }

  /** What there is to say when there are more than {@code limit} entries. */
  static Rejected tooMany(int limit, String path) {
    return PathRules.refused(
        ErrorCode.LIMIT_ENTRIES,
        "There are more than " + limit + " entries, directories included.",
        path);
  }

  /** How many paths of {@code section} stand before {@code key}. */
  private int ceiling(Section section, byte[] key, int length) {
    int base = first(section);
    byte[] room = new byte[length + 1];
    int low = 0;
    int high = count(section);
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (compare(starts[base + middle], key, length, room) < 0) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  /** In one go, as single bytes of a mapped buffer are dear; {@code room} is for the path's. */
  private int compare(int start, byte[] key, int length, byte[] room) {
    int count = Math.min(length + 1, list.limit() - start);
    list.get(start, room, 0, count);
    int at = Arrays.mismatch(room, 0, count, key, 0, length);
    if (at < length) {
      return (room[at] & 0xff) - (key[at] & 0xff);
    }
    return room[length] == END ? 0 : 1;
  }
}
