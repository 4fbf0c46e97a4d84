package dev.pointsman.agent.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;

/**
 * The log file of a slot: its workers append to it, the agent only turns it over between them and
 * reads its end.
 */
final class WorkerLog {
  private static final int TAIL_BYTES = 8 * 1024;

  private WorkerLog() {}

  /**
   * Makes room: a file that has reached its bound becomes {@code .1}, and so on to {@code .keep}.
   */
  static void turnOver(Path file, LogConfig bounds) throws IOException {
    Files.createDirectories(file.getParent());
    if (size(file) < bounds.maxBytes()) {
      return;
    }
    for (int i = bounds.keep(); i >= 1; i--) {
      Path from = i == 1 ? file : numbered(file, i - 1);
      if (Files.exists(from)) {
        Files.move(
            from,
            numbered(file, i),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.ATOMIC_MOVE);
      }
    }
    if (bounds.keep() == 0) {
      Files.delete(file);
    }
  }

  /** Its size in bytes; 0 where it is not there. */
  static long size(Path file) throws IOException {
    return Files.exists(file) ? Files.size(file) : 0;
  }

  /** The last {@code lines} lines after byte {@code from}, oldest first. */
  static List<String> tail(Path file, long from, int lines) throws IOException {
    if (!Files.exists(file)) {
      return List.of();
    }
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.READ)) {
      long start = Math.max(Math.min(from, channel.size()), channel.size() - TAIL_BYTES);
      ByteBuffer bytes = ByteBuffer.allocate((int) (channel.size() - start));
      while (bytes.hasRemaining() && channel.read(bytes, start + bytes.position()) >= 0) {
        // Until the buffer is full.
      }
      List<String> all = new String(bytes.array(), 0, bytes.position(), UTF_8).lines().toList();
      return all.subList(Math.max(0, all.size() - lines), all.size());
    }
  }

  private static Path numbered(Path file, int number) {
    return file.resolveSibling(file.getFileName() + "." + number);
  }
}
