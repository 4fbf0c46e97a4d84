package dev.pointsman.agent.content;

import dev.pointsman.agent.release.NewFile;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.Session;
import dev.pointsman.agent.release.Staging;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.BitSet;
import java.util.List;

/**
 * The tree of one upload while it grows: which files are in place, and where the others could come
 * from. A file is taken from where it is cheapest: an earlier one of the tree with the same
 * content, verified content of the session, the host's store, or one of another mode. One thread.
 */
public final class GrowingTree {
  private final ReleaseTree tree;
  private final List<TreeEntry.File> files;
  private final Session session;
  private final Staging staging;
  private final Blobs blobs;
  private final Stock stock;
  private final ContentIndex index;
  private final BitSet placed = new BitSet();

  /** Files whose content came with this upload. */
  private final BitSet fresh = new BitSet();

  /** Files whose content the session had before. */
  private final BitSet borrowed = new BitSet();

  /** For the first file of each content: one more than the number of one that is in place. */
  private final int[] homes;

  public GrowingTree(Stock stock, Staging staging) {
    this.stock = stock;
    this.tree = stock.tree();
    this.files = tree.files();
    this.session = stock.session();
    this.staging = staging;
    staging.grow(tree);
    this.blobs = stock.blobs();
    this.index = stock.index();
    this.homes = new int[files.size()];
  }

  TreeEntry.File file(int number) {
    return files.get(number);
  }

  boolean isPlaced(int number) {
    return placed.get(number);
  }

  /** Puts the file in its place without anything being sent; false where that is impossible. */
  boolean placeHeld(int number) throws Rejected, IOException {
    if (placed.get(number)) {
      return true;
    }
    TreeEntry.File file = files.get(number);
    BlobKey key = Stock.key(file);
    int home = home(key);
    if (home >= 0) {
      staging.linkFile(file.path(), files.get(home).path());
    } else if (file.size() == 0) {
      write(number);
    } else if (stock.sessionHolds(key, file.size())) {
      staging.moveFile(session.blob(key), file.path());
      borrowed.set(number);
    } else if (!blobs.holds(key) || !blobs.place(key, file.size(), staging.place(file.path()))) {
      return placeOtherMode(number, file, key);
    }
    place(number, key);
    return true;
  }

  /** The mode belongs to the inode, so the same content with another mode is another file. */
  private boolean placeOtherMode(int number, TreeEntry.File file, BlobKey key)
      throws Rejected, IOException {
    BlobKey other = Stock.other(key);
    int home = home(other);
    if (home >= 0) {
      staging.copyFile(file.path(), staging.resolve(files.get(home).path()), key);
    } else if (stock.sessionHolds(other, file.size())) {
      staging.copyFile(file.path(), session.blob(other), key);
    } else if (!blobs.holds(other) || !copyFromStore(file, key, other)) {
      return false;
    }
    fresh.set(number);
    place(number, key);
    return true;
  }

  private boolean copyFromStore(TreeEntry.File file, BlobKey key, BlobKey other)
      throws Rejected, IOException {
    Path lent = staging.payload();
    Files.deleteIfExists(lent);
    if (!blobs.place(other, file.size(), lent)) {
      return false;
    }
    staging.copyFile(file.path(), lent, key);
    Files.delete(lent);
    return true;
  }

  private void write(int number) throws Rejected, IOException {
    TreeEntry.File file = files.get(number);
    NewFile empty = staging.createFile(file.path());
    empty.close();
    staging.settle(empty, file.executable());
  }

  /** Begins a file whose content is sent; {@link #wrote} ends it. */
  NewFile begin(int number) throws Rejected, IOException {
    return staging.createFile(files.get(number).path());
  }

  /** The closed file has the right content. */
  void wrote(int number, NewFile file) throws IOException {
    TreeEntry.File listed = files.get(number);
    staging.settle(file, listed.executable());
    fresh.set(number);
    place(number, Stock.key(listed));
  }

  private int home(BlobKey key) {
    int first = index.first(key.sha256(), key.executable());
    return first < 0 ? -1 : homes[first] - 1;
  }

  private void place(int number, BlobKey key) {
    placed.set(number);
    int first = index.first(key.sha256(), key.executable());
    if (homes[first] == 0) {
      homes[first] = number + 1;
    }
  }

  /** What nobody has: the first file of each such content. */
  public BitSet missing() throws IOException {
    return stock.missing(
        file -> home(Stock.key(file)) >= 0 || home(Stock.other(Stock.key(file))) >= 0);
  }

  ReleaseTree tree() {
    return tree;
  }

  Staging staging() {
    return staging;
  }

  /** Whether something came that was not here. */
  public boolean hasContent() {
    return !fresh.isEmpty();
  }

  /** Whether nothing is missing, as far as is known without placing it. */
  public boolean isCovered() throws IOException {
    return placed.cardinality() == files.size() || missing().isEmpty();
  }

  /** Puts everything in place that is not yet; false where something turns out to be missing. */
  public boolean complete(ReleaseStore store) throws Rejected, IOException {
    if (placed.cardinality() < files.size() / 2) {
      BitSet kept = staging.recycle(store, tree, placed);
      for (int i = kept.nextSetBit(0); i >= 0; i = kept.nextSetBit(i + 1)) {
        place(i, Stock.key(files.get(i)));
      }
    }
    for (int i = placed.nextClearBit(0); i < files.size(); i = placed.nextClearBit(i + 1)) {
      if (!placeHeld(i)) {
        return false;
      }
    }
    staging.finish(tree);
    return true;
  }

  /** Takes the new content of the published tree into the store. */
  public void keep() throws IOException {
    BitSet incoming = (BitSet) fresh.clone();
    incoming.or(borrowed);
    for (int i = incoming.nextSetBit(0); i >= 0; i = incoming.nextSetBit(i + 1)) {
      TreeEntry.File file = files.get(i);
      if (file.size() > 0 && !blobs.holds(Stock.key(file))) {
        blobs.keep(Stock.key(file), staging.resolve(file.path()));
      }
    }
  }

  /** Gives back to the session what it had, and what was sent where that {@code counts}. */
  public void giveBack(boolean counts) throws IOException {
    BitSet back = (BitSet) borrowed.clone();
    if (counts) {
      back.or(fresh);
    }
    for (int i = back.nextSetBit(0); i >= 0; i = back.nextSetBit(i + 1)) {
      TreeEntry.File file = files.get(i);
      staging.takeBack(file.path(), session.blob(Stock.key(file)));
    }
  }
}
