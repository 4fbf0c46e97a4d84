package dev.pointsman.agent.logs;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Arrays;
import java.util.Random;
import java.util.concurrent.CompletableFuture;

/**
 * A worker that writes as fast as it can, and awkwardly: half lines, lines of hundreds of
 * kilobytes, bytes that are no text. What it wrote can be told again from its seed.
 */
final class Writer implements AutoCloseable {
  private static final long MOST = 300 << 20; // A test that never ends must not fill the disk.

  private final CompletableFuture<Void> running;
  private final long seed;
  private volatile long written;
  private volatile boolean done;

  Writer(Path log, long seed) {
    this.seed = seed;
    this.running =
        CompletableFuture.runAsync(
            () -> run(log), task -> Thread.ofPlatform().name("writer").start(task));
  }

  private void run(Path log) {
    Random random = new Random(seed);
    try (FileChannel channel = FileChannel.open(log, StandardOpenOption.APPEND)) {
      while (!done && written < MOST) {
        ByteBuffer piece = ByteBuffer.wrap(piece(random));
        while (piece.hasRemaining()) {
          written += channel.write(piece);
        }
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static byte[] piece(Random random) {
    byte[] piece = new byte[random.nextInt(100) == 0 ? 300_000 : 1 + random.nextInt(400)];
    if (random.nextInt(5) == 0) {
      random.nextBytes(piece);
    } else {
      Arrays.fill(piece, (byte) ('a' + random.nextInt(26)));
    }
    if (random.nextBoolean()) {
      piece[piece.length - 1] = '\n';
    }
    return piece;
  }

  /** Whether it has stopped by itself; what ended it is thrown. */
  boolean hasEnded() {
    if (running.isDone()) {
      running.join();
    }
    return running.isDone();
  }

  /** Everything that it wrote; ends it. */
  byte[] text() {
    close();
    Random random = new Random(seed);
    byte[] text = new byte[Math.toIntExact(written)];
    for (int at = 0; at < text.length; ) {
      byte[] piece = piece(random);
      System.arraycopy(piece, 0, text, at, Math.min(piece.length, text.length - at));
      at += piece.length;
    }
    return text;
  }

  @Override
  public void close() {
    done = true;
    running.join();
  }
}
