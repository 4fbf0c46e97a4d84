package dev.pointsman.agent.content;

import dev.pointsman.agent.release.Staging;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;

/**
 * Gives the files of an unpacked archive, whose digests were not known before they were written,
 * the inodes that a release with a list would have: those of the store, or of the first file with
 * the same content. One thread.
 */
public final class ArchiveSharing {
  private final List<TreeEntry.File> files;
  private final ContentIndex index;
  private final Staging staging;
  private final Blobs blobs;

  public ArchiveSharing(ReleaseTree tree, Staging staging, Blobs blobs) {
    this.files = tree.files();
    this.index = new ContentIndex(files);
    this.staging = staging;
    this.blobs = blobs;
  }

  /** Replaces what is here twice; nothing where releases do not share. */
  public void share() throws Rejected, IOException {
    if (blobs.sharing() == Sharing.COPY) {
      return;
    }
    Path lent = staging.payload();
    for (int i = 0; i < files.size(); i++) {
      TreeEntry.File file = files.get(i);
      BlobKey key = Stock.key(file);
      int first = index.first(file.sha256(), file.executable());
      if (file.size() == 0) {
        continue;
      }
      boolean shared =
          first < i
              ? linked(lent, staging.resolve(files.get(first).path()))
              : blobs.holds(key) && blobs.place(key, file.size(), lent);
      if (shared) {
        Files.move(lent, staging.resolve(file.path()), StandardCopyOption.ATOMIC_MOVE);
        Files.deleteIfExists(lent); // Renaming one name of a file to another does nothing.
      }
    }
  }

  private static boolean linked(Path link, Path existing) throws IOException {
    try {
      Files.createLink(link, existing);
      return true;
    } catch (FileSystemException e) {
      return false; // It has as many links as it can; the file stays one of its own.
    }
  }

  /** Takes the content of the tree into the store, where it is not there. */
  public void keep() throws IOException {
    for (int i = 0; i < files.size(); i++) {
      TreeEntry.File file = files.get(i);
      BlobKey key = Stock.key(file);
      if (file.size() > 0
          && index.first(file.sha256(), file.executable()) == i
          && !blobs.holds(key)) {
        blobs.keep(key, staging.resolve(file.path()));
      }
    }
  }
}
