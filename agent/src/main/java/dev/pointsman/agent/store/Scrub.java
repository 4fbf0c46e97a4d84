package dev.pointsman.agent.store;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Optional;

/** Reads blobs and compares them with their names, one folder at a time. One thread. */
final class Scrub {
  private static final int BUFFER = 64 << 10;

  private final Shelves shelves;
  private final Inspection inspection;
  private final byte[] buffer = new byte[BUFFER];

  Scrub(Shelves shelves, Inspection inspection) {
    this.shelves = shelves;
    this.inspection = inspection;
  }

  /** Reads the folder of this number. */
  Scrubbed folder(int number, Pace pace) throws IOException, InterruptedException {
    Path folder = shelves.layout().folder(number);
    Scrubbed done = Scrubbed.NOTHING;
    if (!Files.isDirectory(folder, LinkOption.NOFOLLOW_LINKS)) {
      return done;
    }
    String prefix = folder.getFileName().toString();
    try (DirectoryStream<Path> blobs = Files.newDirectoryStream(folder)) {
      for (Path blob : blobs) {
        Optional<BlobKey> key = StoreLayout.key(prefix, blob.getFileName().toString());
        if (key.isPresent()) {
          done = done.plus(look(key.get(), blob, pace));
        }
      }
    }
    return done;
  }

  /** Without the lock, because reading takes long; what is off is looked at again with it. */
  private Scrubbed look(BlobKey key, Path blob, Pace pace)
      throws IOException, InterruptedException {
    Optional<BlobStat> is = BlobStat.of(blob);
    if (is.isEmpty()) {
      return Scrubbed.NOTHING;
    }
    long size = is.get().size();
    if (is.get().isRegular() && isSound(key, blob, pace)) {
      return new Scrubbed(1, size, 0);
    }
    synchronized (shelves.locks().of(key)) {
      boolean sound = inspection.isSound(key, blob);
      if (!sound && blob.equals(shelves.layout().blob(key, 1))) {
        shelves.keys().remove(key);
      }
      return new Scrubbed(1, size, sound ? 0 : 1);
    }
  }

  private boolean isSound(BlobKey key, Path blob, Pace pace)
      throws IOException, InterruptedException {
    MessageDigest digest = BlobFile.sha256();
    try (InputStream in = Files.newInputStream(blob, LinkOption.NOFOLLOW_LINKS)) {
      for (int count; (count = in.read(buffer)) >= 0; ) {
        digest.update(buffer, 0, count);
        pace.after(count);
      }
    } catch (NoSuchFileException e) {
      return true; // Swept meanwhile.
    }
    return HexFormat.of().formatHex(digest.digest()).equals(key.sha256());
  }
}
