package dev.pointsman.protocol.bundle;

import dev.pointsman.protocol.bundle.TreeEntry.EmptyDirectory;
import dev.pointsman.protocol.bundle.TreeEntry.File;
import dev.pointsman.protocol.bundle.TreeEntry.Link;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.AbstractList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.RandomAccess;
import java.util.function.IntFunction;

/**
 * A complete tree that keeps all rules: what is in {@code files.lst}, in its order. Made by {@link
 * FileList} and {@link TreeBuilder}.
 *
 * <p>It is the bytes of the list and where each path begins in them. Entries are made when they are
 * asked for and are not kept, so that a tree of any size costs four bytes for each entry; whoever
 * keeps them pays for that. Any thread.
 */
public final class ReleaseTree {
  private static final int DIGEST = 64;

  /** Between the end of the digest and the path: two spaces, a dot and a slash. */
  private static final int GAP = 4;

  private final PathTable table;
  private final long bytes;

  ReleaseTree(PathTable table, long bytes) {
    this.table = table;
    this.bytes = bytes;
  }

  /** The files, by path bytes. */
  public List<File> files() {
    return new View<>(table.count(Section.FILES), this::file);
  }

  /** The symbolic links, by path bytes. */
  public List<Link> links() {
    return new View<>(table.count(Section.LINKS), this::link);
  }

  /** The directories that do not follow from a path, by path bytes. */
  public List<EmptyDirectory> emptyDirectories() {
    return new View<>(table.count(Section.DIRECTORIES), this::directory);
  }

  /** The size of all files together. */
  public long bytes() {
    return bytes;
  }

  /** The list as it was read. */
  public ByteBuffer list() {
    return table.list().duplicate();
  }

  /** The place of the file at {@code path} in {@link #files}, or -1. */
  public int indexOfFile(String path) {
    return indexOf(Section.FILES, path);
  }

  /** The place of the link at {@code path} in {@link #links}, or -1. */
  public int indexOfLink(String path) {
    return indexOf(Section.LINKS, path);
  }

  /**
   * A number that only the directory {@code path} has, or -1 where there is none; not the tree's
   * root. It is below 64 times the number of all entries, so that a {@link java.util.BitSet} can
   * hold what was done for which directory.
   */
  public int indexOfDirectory(String path) {
    byte[] key = (path + "/").getBytes(StandardCharsets.UTF_8);
    if (!isText(key) || path.isEmpty()) {
      return -1;
    }
    int depth = 0;
    for (byte b : key) {
      depth += b == '/' ? 1 : 0;
    }
    if (depth > PathRules.MAX_DEPTH) {
      return -1;
    }
    int entry = -1;
    for (Section section : Section.values()) {
      int place = table.firstBelow(section, key, key.length);
      if (place < 0 && section == Section.DIRECTORIES) {
        place = table.find(section, key, key.length - 1);
      }
      if (place >= 0) {
        entry = table.first(section) + place;
        break;
      }
    }
    return entry < 0 ? -1 : entry * PathRules.MAX_DEPTH + depth - 1;
  }

  /** The file at {@code path}. */
  public Optional<File> file(String path) {
    int index = indexOfFile(path);
    return index < 0 ? Optional.empty() : Optional.of(file(index));
  }

  /** The symbolic link at {@code path}. */
  public Optional<Link> link(String path) {
    int index = indexOfLink(path);
    return index < 0 ? Optional.empty() : Optional.of(link(index));
  }

  /** Whether {@code path} is a directory of the tree, empty or not; its root is none here. */
  public boolean hasDirectory(String path) {
    return indexOfDirectory(path) >= 0;
  }

  private int indexOf(Section section, String path) {
    byte[] key = path.getBytes(StandardCharsets.UTF_8);
    return isText(key) ? table.find(section, key, key.length) : -1;
  }

  /** No path has a control character, and with a line feed a key could reach over a line's end. */
  private static boolean isText(byte[] key) {
    for (byte b : key) {
      if (b >= 0 && b < 0x20) {
        return false;
      }
    }
    return true;
  }

  private File file(int index) {
    ByteBuffer list = table.list();
    int path = table.start(index);
    int digest = path - GAP - DIGEST;
    long size = 0;
    int at = digest - 2; // The last digit of the size.
    for (long unit = 1; list.get(at) != ' '; at--) {
      size += (list.get(at) - '0') * unit;
      unit *= 10;
    }
    // A mode of three digits begins with the owner's; a shorter one gives the owner nothing.
    byte owner = list.get(at - 3);
    boolean executable = owner != ' ' && list.get(at - 2) != ' ' && (owner & 1) != 0;
    return new File(table.path(path), executable, size, table.text(digest, digest + DIGEST));
  }

  private Link link(int index) {
    int path = table.start(table.first(Section.LINKS) + index);
    return new Link(table.path(path), table.target(index));
  }

  private EmptyDirectory directory(int index) {
    return new EmptyDirectory(table.path(table.start(table.first(Section.DIRECTORIES) + index)));
  }

  /** Entries that are made when they are asked for. */
  private static final class View<E> extends AbstractList<E> implements RandomAccess {
    private final int size;
    private final IntFunction<E> entry;

    View(int size, IntFunction<E> entry) {
      this.size = size;
      this.entry = entry;
    }

    @Override
    public E get(int index) {
      return entry.apply(Objects.checkIndex(index, size));
    }

    @Override
    public int size() {
      return size;
    }
  }
}
