package dev.pointsman.agent.content;

import dev.pointsman.agent.release.Session;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.util.BitSet;
import java.util.List;
import java.util.function.Predicate;

/** What of a tree's content is here: in its session, or in the host's store. One thread. */
public final class Stock {
  private final ReleaseTree tree;
  private final Session session;
  private final Blobs blobs;
  private final ContentIndex index;
  private final boolean sessionIsEmpty;

  public Stock(ReleaseTree tree, Session session, Blobs blobs) throws IOException {
    this.tree = tree;
    this.session = session;
    this.blobs = blobs;
    this.index = new ContentIndex(tree.files());
    this.sessionIsEmpty = session.isEmpty();
  }

  static BlobKey key(TreeEntry.File file) {
    return new BlobKey(file.sha256(), file.executable());
  }

  /** The same content with the other mode. */
  static BlobKey other(BlobKey key) {
    return new BlobKey(key.sha256(), !key.executable());
  }

  /** Whether the session had this content when it was last looked at. */
  boolean sessionHolds(BlobKey key, long size) throws IOException {
    return !sessionIsEmpty && session.holds(key, size);
  }

  /**
   * Files with content that is in neither: the first of each such content, in the order of the
   * list. Empty files are never missing.
   *
   * @param elsewhere says which content is known to be somewhere else
   */
  public BitSet missing(Predicate<TreeEntry.File> elsewhere) throws IOException {
    BitSet missing = new BitSet();
    List<TreeEntry.File> files = tree.files();
    for (int i = 0; i < files.size(); i++) {
      TreeEntry.File file = files.get(i);
      if (file.size() > 0
          && index.first(file.sha256()) == i
          && !elsewhere.test(file)
          && !isHeld(file)) {
        missing.set(i);
      }
    }
    return missing;
  }

  private boolean isHeld(TreeEntry.File file) throws IOException {
    BlobKey key = key(file);
    BlobKey other = other(key);
    return blobs.holds(key)
        || blobs.holds(other)
        || sessionHolds(key, file.size())
        || sessionHolds(other, file.size());
  }

  ReleaseTree tree() {
    return tree;
  }

  Session session() {
    return session;
  }

  Blobs blobs() {
    return blobs;
  }

  ContentIndex index() {
    return index;
  }
}
