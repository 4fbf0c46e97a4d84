package dev.pointsman.agent.push;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Files that are sent by themselves, in one pass over the content: a payload is unpacked once,
 * however many they are. One thread.
 */
public final class LargeFiles implements AutoCloseable {
  private final Content.Files files;
  private final ReleaseTree tree;
  private final ByContent left;

  /** A file and what is in it, which is good until the next one is asked for. */
  public record Large(TreeEntry.File file, InputStream content) {
    /** What follows {@code offset}; closing it leaves the pass where it is. */
    public InputStream from(long offset) throws IOException {
      content.skipNBytes(offset);
      return new FilterInputStream(content) {
        @Override
        public void close() {
          // The pass goes on after this file.
        }
      };
    }
  }

  LargeFiles(Content.Files files, ReleaseTree tree, ByContent left) {
    this.files = files;
    this.tree = tree;
    this.left = left;
  }

  /**
   * The next one, or null after the last.
   *
   * @throws IOException where one is not in the content at all
   */
  public @Nullable Large next() throws IOException {
    try {
      while (!left.isEmpty()) {
        Content.Item item = files.next();
        if (item == null) {
          throw new IOException(
              "there is no " + left.first().path() + " in what was packed: pack again");
        }
        List<TreeEntry.File> found = left.take(tree.indexOfFile(item.path()));
        if (!found.isEmpty()) {
          return new Large(found.getFirst(), item.content());
        }
      }
      return null;
    } catch (Rejected e) {
      throw new IOException("the payload cannot be read: " + e.getMessage(), e);
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
