package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies on their way into the store. They wait in {@code store/new} until a barrier has brought
 * them to disk, so that a power cut leaves no blob without its content.
 */
final class FreshCopies {
  /** Bounds what waits; a barrier for so many costs little for each. */
  private static final int BATCH = 4096;

  /** Makes a copy count. */
  interface Arrival {
    void appear(BlobKey key, Path copy) throws IOException;
  }

  private record Waiting(BlobKey key, Path copy) {}

  private final StoreLayout layout;
  private final Barrier barrier;
  private final Arrival arrival;
  private final AtomicLong number = new AtomicLong();
  private final List<Waiting> waiting = new ArrayList<>();

  FreshCopies(StoreLayout layout, Barrier barrier, Arrival arrival) {
    this.layout = layout;
    this.barrier = barrier;
    this.arrival = arrival;
  }

  /** Deletes what an earlier run left. */
  void clear() throws IOException {
    try (DirectoryStream<Path> left = Files.newDirectoryStream(layout.fresh())) {
      for (Path copy : left) {
        Files.delete(copy);
      }
    }
  }

  /** A copy that is on disk on return; the caller gives it its place. */
  Path copyNow(BlobKey key, Path from, FileTime modified) throws IOException {
    Path copy = copy(key, from, modified);
    try (FileChannel file = FileChannel.open(copy, StandardOpenOption.READ)) {
      file.force(true);
    } catch (IOException e) {
      discard(copy, e);
      throw new IOException("cannot sync " + copy + ": " + e.getMessage(), e);
    }
    return copy;
  }

  /** Copies {@code from}; the copy counts after {@link #settle}. */
  void add(BlobKey key, Path from) throws IOException {
    Path copy = copy(key, from, Files.getLastModifiedTime(from));
    boolean full;
    synchronized (waiting) {
      waiting.add(new Waiting(key, copy));
      full = waiting.size() >= BATCH;
    }
    if (full) {
      settle();
    }
  }

  void settle() throws IOException {
    List<Waiting> batch;
    synchronized (waiting) {
      if (waiting.isEmpty()) {
        return;
      }
      batch = List.copyOf(waiting);
      waiting.clear();
    }
    try {
      barrier.sync(layout.fresh());
      for (Waiting next : batch) {
        arrival.appear(next.key(), next.copy());
      }
    } catch (IOException e) {
      batch.forEach(next -> discard(next.copy(), e));
      throw e;
    }
  }

  private Path copy(BlobKey key, Path from, FileTime modified) throws IOException {
    Path copy = layout.fresh().resolve(key.name() + "." + number.incrementAndGet());
    try {
      BlobFile.copy(from, copy, key.executable(), modified);
      return copy;
    } catch (IOException e) {
      discard(copy, e);
      throw e;
    }
  }

  private static void discard(Path copy, IOException cause) {
    try {
      Files.deleteIfExists(copy);
    } catch (IOException e) {
      cause.addSuppressed(e); // The next start deletes it.
    }
  }
}
