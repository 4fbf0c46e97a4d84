package dev.pointsman.agent.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.agent.linux.FileSystems;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The log file of a slot. Its workers append to it and know nothing of its bound: the agent moves
 * its beginning to {@code .1} beneath them. On ext4 and XFS no line is lost by that; elsewhere the
 * lines of the moment in which it is done may be.
 */
final class WorkerLog {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerLog.class);
  private static final int TAIL_BYTES = 8 * 1024;

  private WorkerLog() {}

  /**
   * Moves what a file that has reached its bound holds to {@code .1}, what was there to {@code .2},
   * and so on to {@code .keep}.
   */
  static void bound(Path file, LogConfig bounds) throws IOException {
    long size = size(file);
    if (size < bounds.maxBytes()) {
      return;
    }
    long block = Files.getFileStore(file).getBlockSize();
    long head =
        (size - 1)
            / block
            * block; // Whole blocks, and never all of the file: more cannot be cut off.
    if (head == 0) {
      return;
    }
    for (int i = bounds.keep(); i >= 2; i--) {
      if (Files.exists(numbered(file, i - 1))) {
        Files.move(
            numbered(file, i - 1),
            numbered(file, i),
            StandardCopyOption.REPLACE_EXISTING,
            StandardCopyOption.ATOMIC_MOVE);
      }
    }
    if (bounds.keep() > 0) {
      save(file, head);
    }
    if (FileSystems.cutHead(file, head) == 0) {
      try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
        channel.truncate(0);
      }
    }
  }

  /** A full disk costs log lines, and nothing else. */
  private static void save(Path file, long head) throws IOException {
    Path saved = numbered(file, 1);
    try (FileChannel from = FileChannel.open(file, StandardOpenOption.READ);
        FileChannel to =
            FileChannel.open(
                saved,
                StandardOpenOption.CREATE,
                StandardOpenOption.TRUNCATE_EXISTING,
                StandardOpenOption.WRITE)) {
      long done = 0;
      while (done < head) {
        long moved = from.transferTo(done, head - done, to);
        if (moved <= 0) {
          throw new IOException(file + " became shorter while it was read");
        }
        done += moved;
      }
    } catch (IOException e) {
      LOG.warn("Log lines could not be kept. file={}: {}", saved, e.getMessage());
      Files.deleteIfExists(saved);
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
