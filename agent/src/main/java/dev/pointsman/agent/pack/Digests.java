package dev.pointsman.agent.pack;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** SHA-256 of files, several at a time. */
final class Digests {
  private static final int THREADS = Math.clamp(Runtime.getRuntime().availableProcessors(), 1, 4);
  private static final int BUFFER = 64 << 10;

  private Digests() {}

  /** The digests of {@code files} below {@code root}, in their order, as lower-case hex. */
  static List<String> of(Path root, List<Found> files) throws IOException, InterruptedException {
    try (ExecutorService threads =
        Executors.newFixedThreadPool(THREADS, Thread.ofPlatform().name("hash-", 0).factory())) {
      List<Future<String>> digests = new ArrayList<>(files.size());
      for (Found file : files) {
        digests.add(threads.submit(() -> of(root.resolve(file.path()))));
      }
      List<String> results = new ArrayList<>(files.size());
      try {
        for (Future<String> digest : digests) {
          results.add(digest.get());
        }
      } catch (ExecutionException e) {
        throw new IOException("cannot read a file of the release: " + e.getCause(), e);
      } finally {
        threads.shutdownNow(); // Nothing is left to do, or nothing is worth doing.
      }
      return results;
    }
  }

  /** The digest of one file. */
  static String of(Path file) throws IOException {
    MessageDigest digest = sha256();
    byte[] buffer = new byte[BUFFER];
    try (InputStream in = Files.newInputStream(file)) {
      for (int count = in.read(buffer); count >= 0; count = in.read(buffer)) {
        digest.update(buffer, 0, count);
      }
    }
    return hex(digest);
  }

  static MessageDigest sha256() {
    try {
      return MessageDigest.getInstance("SHA-256");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  static String hex(MessageDigest digest) {
    return HexFormat.of().formatHex(digest.digest());
  }
}
