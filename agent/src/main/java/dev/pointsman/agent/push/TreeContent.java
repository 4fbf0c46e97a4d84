package dev.pointsman.agent.push;

import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.Iterator;
import org.jspecify.annotations.Nullable;

/** The files of a directory, as far as they are listed. */
public record TreeContent(Path root, Iterable<TreeEntry.File> files) implements Content {
  @Override
  public Files open() {
    Iterator<TreeEntry.File> left = files.iterator();
    return new Files() {
      private InputStream current = InputStream.nullInputStream();

      @Override
      public @Nullable Item next() throws IOException {
        current.close();
        if (!left.hasNext()) {
          return null;
        }
        TreeEntry.File file = left.next();
        Path path = root.resolve(file.path());
        long size = java.nio.file.Files.size(path);
        if (size != file.size()) {
          throw new IOException(
              path
                  + " has "
                  + size
                  + " bytes, and "
                  + file.size()
                  + " when it was packed: pack again, or push without --tree");
        }
        current = java.nio.file.Files.newInputStream(path, LinkOption.NOFOLLOW_LINKS);
        return new Item(file.path(), size, current);
      }

      @Override
      public void close() throws IOException {
        current.close();
      }
    };
  }
}
