package dev.pointsman.agent.pack;

import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.TreeBuilder;
import dev.pointsman.protocol.bundle.TreeEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/**
 * Hashes files on a few threads while the tree is still being walked over, and adds them to its
 * builder on the caller's. No more than a small number of files waits, so memory does not grow with
 * the tree.
 */
final class Hashing implements AutoCloseable {
  private static final int THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
  private static final int MOST_WAITING = 256;

  private final Path root;
  private final TreeBuilder builder;
  private final Progress progress;
  private final Deque<Waiting> waiting = new ArrayDeque<>();
  private final ExecutorService threads =
      Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().name("hash-", 0).factory());

  private record Waiting(Found file, Future<String> digest) {}

  Hashing(Path root, TreeBuilder builder, Progress progress) {
    this.root = root;
    this.builder = builder;
    this.progress = progress;
  }

  /** Has {@code file} hashed and added. */
  void add(Found file) throws Rejected, IOException, InterruptedException {
    if (waiting.size() == MOST_WAITING) {
      takeFirst();
    }
    waiting.add(new Waiting(file, threads.submit(() -> Digests.of(root.resolve(file.path())))));
  }

  /** Waits until all are added. */
  void finish() throws Rejected, IOException, InterruptedException {
    while (!waiting.isEmpty()) {
      takeFirst();
    }
  }

  private void takeFirst() throws Rejected, IOException, InterruptedException {
    Waiting first = waiting.remove();
    String sha256;
    try {
      sha256 = first.digest().get();
    } catch (ExecutionException e) {
      throw new IOException("cannot read a file of the release: " + e.getCause(), e);
    }
    Found file = first.file();
    builder.claimFile(file.path(), file.size());
    builder.add(
        new TreeEntry.File(file.path(), file.executable(), file.size(), sha256), file.mode());
    progress.hashed(builder.files(), builder.bytes());
  }

  /** Ends the threads; what was not added is given up. */
  @Override
  public void close() {
    threads.shutdownNow();
    threads.close();
  }
}
