package dev.pointsman.agent.push;

import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * What an agent asked for, looked up in the list that it was given: large files, which are sent by
 * themselves, and small ones, which go into a pack. Files are kept as their numbers in the list, so
 * that a release of any size costs little. One thread at a time.
 */
public final class Wanted implements Consumer<String> {
  /** Files larger than this are sent by themselves, so that a break in one is not its end. */
  public static final long LARGE = 8L << 20;

  private final ReleaseTree tree;
  private final List<TreeEntry.File> files;
  private final long largerThan;
  private final BitSet large = new BitSet();
  private final BitSet small = new BitSet();
  private @Nullable String unknown;

  /** Files of {@code tree}; none, before one is asked for. */
  public Wanted(ReleaseTree tree, long largerThan) {
    this.tree = tree;
    this.files = tree.files();
    this.largerThan = largerThan;
  }

  /** The agent asks for {@code path}, with or without {@code ./}. */
  @Override
  public void accept(String path) {
    int number = tree.indexOfFile(path.startsWith("./") ? path.substring(2) : path);
    if (number < 0) {
      unknown = path;
    } else {
      (files.get(number).size() > largerThan ? large : small).set(number);
    }
  }

  /** Fails where the agent asked for what is not in the list. */
  public void check() throws IOException {
    if (unknown != null) {
      throw new IOException("the agent asks for '" + unknown + "', which is not in files.lst");
    }
  }

  /** How many it asks for. */
  public int count() {
    return large.cardinality() + small.cardinality();
  }

  /** Their sizes together. */
  public long bytes() {
    return bytes(large) + bytes(small);
  }

  private long bytes(BitSet numbers) {
    return numbers.stream().mapToLong(number -> files.get(number).size()).sum();
  }

  /** Those that are sent by themselves, in the order of the list; made while they are read. */
  public Iterable<TreeEntry.File> large() {
    return entries(large);
  }

  /** Those of a pack, as above. */
  public Iterable<TreeEntry.File> small() {
    return entries(small);
  }

  private Iterable<TreeEntry.File> entries(BitSet numbers) {
    return () -> numbers.stream().mapToObj(files::get).iterator();
  }

  /** Whether there is nothing to be packed. */
  public boolean hasNoSmall() {
    return small.isEmpty();
  }

  /** Whether nothing is sent by itself. */
  public boolean hasNoLarge() {
    return large.isEmpty();
  }

  /** The small ones as one tar, read from {@code content}. */
  public PackStream pack(Content content) throws IOException {
    ByContent left = new ByContent(files, small);
    return new PackStream(
        content.open(),
        path -> {
          // By content, not by path: what is asked for may be a hard link in the payload.
          List<String> paths = new ArrayList<>();
          for (TreeEntry.File file : left.take(tree.indexOfFile(path))) {
            paths.add(file.path());
          }
          return paths;
        });
  }

  /** The large ones as they come in {@code content}. */
  public LargeFiles large(Content content) throws IOException {
    return new LargeFiles(content.open(), tree, new ByContent(files, large));
  }
}
