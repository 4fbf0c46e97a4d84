package dev.pointsman.agent.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two apps with the same content, and a sweep that has no grace, all at once. */
class ConcurrentStoreTest {
  private static final int ROUNDS = 1500;
  private static final int CONTENTS = 5;

  @TempDir private Path root;

  @Test
  void aBlobThatIsPlacedWhileItIsSweptIsLinkedOrReportedMissing() throws Exception {
    StoreHost host = new StoreHost(root);
    ContentStore store = host.open();
    AtomicBoolean over = new AtomicBoolean();
    AtomicInteger placed = new AtomicInteger();
    AtomicInteger missing = new AtomicInteger();
    Callable<Integer> sweeping =
        () -> {
          int blobs = 0;
          while (!over.get()) {
            blobs += store.sweep(Instant.now().plusSeconds(60), _ -> false, false).blobs();
          }
          return blobs;
        };
    try (ExecutorService threads = Executors.newCachedThreadPool()) {
      Future<Integer> swept = threads.submit(sweeping);
      try {
        List<Future<?>> apps = new ArrayList<>();
        for (Sharing sharing : new Sharing[] {Sharing.LINK, Sharing.LINK, Sharing.COPY}) {
          String app = "app" + apps.size();
          apps.add(threads.submit(() -> deploy(host, store, app, sharing, placed, missing)));
        }
        for (Future<?> app : apps) {
          app.get(120, TimeUnit.SECONDS);
        }
      } finally {
        over.set(true); // Or closing would wait for the sweeps for ever.
      }
      assertThat(swept.get(30, TimeUnit.SECONDS)).isPositive();
    }
    assertThat(placed.get() + missing.get()).isEqualTo(3 * ROUNDS);
    assertThat(placed).hasPositiveValue();
    assertThat(missing).hasPositiveValue();
    assertThat(host.alarms).isEmpty();
    ContentStore again = host.open();
    for (int i = 0; i < CONTENTS; i++) {
      BlobKey key = StoreHost.key("content " + i);
      assertThat(again.holds(key)).isEqualTo(Files.exists(host.blob(key)));
    }
  }

  /** Takes what is there, brings what is missing, and removes it again, many times. */
  private static Void deploy(
      StoreHost host,
      ContentStore store,
      String app,
      Sharing sharing,
      AtomicInteger placed,
      AtomicInteger missing)
      throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      String content = "content " + round % CONTENTS;
      BlobKey key = StoreHost.key(content);
      Path file = host.target(app + "." + round);
      if (store.place(key, content.length(), file, sharing)) {
        placed.incrementAndGet();
      } else {
        assertThat(file).doesNotExist();
        missing.incrementAndGet();
        host.file(file.getFileName().toString(), content);
        store.keep(key, file, sharing);
        store.settle();
      }
      assertThat(file).hasContent(content);
      Files.delete(file);
    }
    return null;
  }
}
