package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.function.Predicate;

/**
 * Deletes blobs that nobody uses: whose only name is the one in the store, which got no name and
 * lost none for a while, and which nobody names who would use them without a link. Stopped anywhere
 * it leaves a store that is right; the next one goes on.
 */
final class Sweep {
  private final Shelves shelves;

  Sweep(Shelves shelves) {
    this.shelves = shelves;
  }

  /** What decides; {@code dryRun} deletes nothing. */
  record Order(Instant unusedSince, Predicate<BlobKey> named, boolean dryRun) {}

  /** One at a time. */
  synchronized Swept run(Order order) throws IOException {
    Swept swept = Swept.NOTHING;
    for (Path folder : shelves.layout().folders()) {
      String prefix = folder.getFileName().toString();
      try (DirectoryStream<Path> blobs = Files.newDirectoryStream(folder)) {
        for (Path blob : blobs) {
          Optional<BlobKey> key = StoreLayout.key(prefix, blob.getFileName().toString());
          if (key.isPresent()) {
            swept = sweep(order, key.get(), blob, swept);
          }
        }
      }
    }
    return swept;
  }

  private Swept sweep(Order order, BlobKey key, Path blob, Swept swept) throws IOException {
    synchronized (shelves.locks().of(key)) {
      Optional<BlobStat> is = BlobStat.of(blob);
      if (is.isEmpty()) {
        return swept;
      }
      long size = is.get().size();
      if (!is.get().isRegular() || !isUnused(order, key, is.get())) {
        return swept.stayed(size);
      }
      if (!order.dryRun()) {
        Files.delete(blob);
        if (blob.equals(shelves.layout().blob(key, 1))) {
          shelves.keys().remove(key);
        }
      }
      return swept.went(size);
    }
  }

  private static boolean isUnused(Order order, BlobKey key, BlobStat is) {
    return is.links() == 1
        && !is.changed().toInstant().isAfter(order.unusedSince())
        && !order.named().test(key);
  }
}
