package dev.pointsman.agent.store;

import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.LinuxException;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Puts content of the store where a release wants it. Any thread. */
final class Placing {
  /** Where nothing says which second it is: content of no bytes is the same in all releases. */
  private static final Instant SECOND_OF_NOTHING = Instant.parse("2000-01-01T00:00:00Z");

  /** The first copy and its spills; at 65,000 links each no host needs as many. */
  private static final int MAX_COPIES = 64;

  private final Shelves shelves;
  private final Inspection inspection;
  private final FreshCopies fresh;
  private final HardLinks links;

  Placing(Shelves shelves, Inspection inspection, FreshCopies fresh, HardLinks links) {
    this.shelves = shelves;
    this.inspection = inspection;
    this.fresh = fresh;
    this.links = links;
  }

  boolean place(BlobKey key, long size, Path file, Sharing sharing) throws IOException {
    if (key.isOfNothing()) {
      return placeNothing(key, size, file);
    }
    if (sharing == Sharing.COPY) {
      return placeCopy(key, size, file);
    }
    synchronized (shelves.locks().of(key)) {
      return placeLink(key, size, file);
    }
  }

  private static boolean placeNothing(BlobKey key, long size, Path file) throws IOException {
    if (size != 0) {
      return false;
    }
    BlobFile.createEmpty(file, key.executable(), Stamp.of(SECOND_OF_NOTHING, key.sha256()));
    return true;
  }

  /** Links to the first copy that can take another link, or to a new one. */
  private boolean placeLink(BlobKey key, long size, Path file) throws IOException {
    @Nullable Path full = null;
    for (int number = 1; number <= MAX_COPIES; number++) {
      Path blob = shelves.layout().blob(key, number);
      Optional<BlobStat> stat = BlobStat.of(blob);
      if (stat.isEmpty() && full != null) {
        spill(key, full, blob);
        return linked(key, blob, file);
      }
      if (stat.isEmpty() && number > 1) {
        break;
      }
      if (stat.isEmpty() || !inspection.isFit(key, size, blob, stat.get())) {
        continue;
      }
      if (linked(key, blob, file)) {
        return true;
      }
      full = blob;
    }
    if (full != null) {
      throw new IOException("all copies of " + key + " in the store have all links they can have");
    }
    forget(key);
    return false;
  }

  /** False where {@code blob} has all links it can have. */
  private boolean linked(BlobKey key, Path blob, Path file) throws IOException {
    try {
      links.link(blob, file);
      return true;
    } catch (LinuxException e) {
      if (e.is(Errno.EMLINK)) {
        return false;
      }
      if (e.is(Errno.EXDEV) || e.is(Errno.EPERM)) {
        BlobFile.copy(blob, file, key.executable(), Files.getLastModifiedTime(blob));
        return true;
      }
      throw failed(blob, file, e);
    }
  }

  /** Looks under the lock and copies without: what is open stays whole, whoever removes it. */
  private boolean placeCopy(BlobKey key, long size, Path file) throws IOException {
    Path blob = shelves.layout().blob(key, 1);
    BlobStat stat;
    synchronized (shelves.locks().of(key)) {
      Optional<BlobStat> found = BlobStat.of(blob);
      if (found.isEmpty() || !inspection.isFit(key, size, blob, found.get())) {
        forget(key);
        return false;
      }
      stat = found.get();
    }
    try {
      BlobFile.copy(
          blob, file, key.executable(), Stamp.of(stat.modified().toInstant(), key.sha256()));
      return true;
    } catch (NoSuchFileException e) {
      Path parent = file.getParent();
      if (parent == null || !Files.isDirectory(parent)) {
        throw e; // The directory of the copy is what is missing.
      }
      return false; // Removed since, and perhaps brought again: it is asked for like anything else.
    }
  }

  /** Another inode with the same content; on disk before anything relies on it. */
  private void spill(BlobKey key, Path from, Path spill) throws IOException {
    Path copy = fresh.copyNow(key, from, Files.getLastModifiedTime(from));
    Files.move(copy, spill);
  }

  private void forget(BlobKey key) throws IOException {
    if (!Files.exists(shelves.layout().blob(key, 1), LinkOption.NOFOLLOW_LINKS)) {
      shelves.keys().remove(key);
    }
  }

  /** What a failure of {@code link(2)} is to a caller. */
  static IOException failed(Path from, Path to, LinuxException cause)
      throws FileAlreadyExistsException {
    if (cause.is(Errno.EEXIST)) {
      throw new FileAlreadyExistsException(to.toString());
    }
    return new IOException("cannot link " + from + " to " + to + ": " + cause.getMessage(), cause);
  }
}
