package dev.pointsman.agent.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * An append-only file of records, one line each: {@code CRC32-as-8-hex-digits SP JSON LF}.
 *
 * <p>{@link #append} returns when the record is on disk. What a crash left of an unfinished last
 * line is cut off at opening; a damaged line with others after it refuses to open, because what
 * follows was once promised. After a failed write nothing more is accepted: Linux may already have
 * dropped the bytes, so trying again could lie.
 *
 * @param <E> the records; Jackson must know how to write and read them
 */
public final class Journal<E> implements Closeable {
  private final Path file;
  private final Class<E> type;
  private final List<E> replayed;
  private OutputStream out;
  private volatile @Nullable IOException broken;

  private Journal(Path file, Class<E> type, List<E> replayed, OutputStream out) {
    this.file = file;
    this.type = type;
    this.replayed = replayed;
    this.out = out;
  }

  /** Opens or makes {@code file} and reads what is in it. */
  public static <E> Journal<E> open(Path file, Class<E> type) throws IOException {
    OutputStream out = writeThrough(file);
    try {
      byte[] content = Files.readAllBytes(file);
      List<E> entries = new ArrayList<>();
      int good = read(file, content, type, entries);
      if (good < content.length) {
        cut(file, good);
      }
      syncDirectory(file); // Also of one that is not new: who made it may have died before this.
      return new Journal<>(file, type, List.copyOf(entries), out);
    } catch (IOException | RuntimeException e) {
      out.close();
      throw e;
    }
  }

  /**
   * O_DSYNC: a write returns when its bytes, and the length of the file, are on disk. A stream, not
   * a channel: interrupting a thread in the middle of a write would close that.
   */
  private static OutputStream writeThrough(Path file) throws IOException {
    PrivateFile.make(file);
    return Files.newOutputStream(file, StandardOpenOption.APPEND, StandardOpenOption.DSYNC);
  }

  private static void cut(Path file, long length) throws IOException {
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(length);
      channel.force(true);
    }
  }

  /** What was in the file when it was opened, oldest first. */
  public List<E> replayed() {
    return replayed;
  }

  /** Writes {@code entry} and returns when it is durable. */
  public synchronized void append(E entry) throws IOException {
    refuseIfBroken();
    byte[] line = line(entry);
    try {
      out.write(line);
    } catch (IOException e) {
      throw broken("cannot append to ", e);
    }
  }

  /**
   * Replaces the whole journal with {@code entries}, in one step: written beside, synced, renamed.
   */
  public synchronized void rewrite(List<E> entries) throws IOException {
    refuseIfBroken();
    Path beside = file.resolveSibling(file.getFileName() + ".new");
    OutputStream next = null;
    try {
      Files.deleteIfExists(beside);
      next = writeThrough(beside);
      ByteArrayOutputStream lines = new ByteArrayOutputStream();
      for (E entry : entries) {
        lines.writeBytes(line(entry));
      }
      next.write(lines.toByteArray());
      Files.move(beside, file, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      if (next != null) {
        next.close();
      }
      throw new IOException("cannot compact " + file + ": " + e.getMessage(), e);
    }
    OutputStream before = out;
    out = next; // From the rename on the old file is nobody's.
    before.close();
    try {
      syncDirectory(file);
    } catch (IOException e) {
      throw broken("cannot compact ", e);
    }
  }

  private IOException broken(String what, IOException cause) {
    IOException why = new IOException(what + file + ": " + cause.getMessage(), cause);
    broken = why;
    return why;
  }

  /** Whether an earlier write failed, so that nothing more can be promised. */
  public boolean isBroken() {
    return broken != null;
  }

  @Override
  public synchronized void close() throws IOException {
    out.close();
  }

  private void refuseIfBroken() throws IOException {
    IOException why = broken;
    if (why != null) {
      throw new IOException(
          "the journal is read-only since an earlier failure: " + why.getMessage(), why);
    }
  }

  private byte[] line(E entry) throws IOException {
    byte[] json = DiskJson.mapper().writerFor(type).writeValueAsBytes(entry);
    byte[] line = new byte[json.length + 10];
    System.arraycopy(checksum(json, 0, json.length).getBytes(UTF_8), 0, line, 0, 8);
    line[8] = ' ';
    System.arraycopy(json, 0, line, 9, json.length);
    line[line.length - 1] = '\n';
    return line;
  }

  /** Reads all whole lines into {@code entries}; returns how many bytes they take. */
  private static <E> int read(Path file, byte[] content, Class<E> type, List<E> entries)
      throws IOException {
    int start = 0;
    for (int end = lineEnd(content, start); end >= 0; end = lineEnd(content, start)) {
      if (!isIntact(content, start, end)) {
        if (lineEnd(content, end + 1) >= 0 || holdsARecord(content, start, end)) {
          throw new IOException(
              file
                  + ": record "
                  + (entries.size() + 1)
                  + " is damaged, and others follow it. Restore the file from a backup, or see 'lost journal' in docs/operations.md.");
        }
        return start;
      }
      try {
        entries.add(
            DiskJson.mapper().readerFor(type).readValue(content, start + 9, end - start - 9));
      } catch (JsonProcessingException e) {
        throw new IOException(
            file
                + ": record "
                + (entries.size() + 1)
                + " is from another version of pointsman: "
                + e.getOriginalMessage(),
            e);
      }
      start = end + 1;
    }
    return start;
  }

  /**
   * Whether a whole record ends a damaged line: then the line is two, with the end of the first one
   * damaged, and not what a crash left of one.
   */
  private static boolean holdsARecord(byte[] content, int start, int end) {
    for (int from = start + 1; from < end; from++) {
      if (isIntact(content, from, end)) {
        return true;
      }
    }
    return false;
  }

  private static boolean isIntact(byte[] content, int start, int end) {
    return end - start > 9
        && content[start + 8] == ' '
        && new String(content, start, 8, UTF_8)
            .equals(checksum(content, start + 9, end - start - 9));
  }

  private static int lineEnd(byte[] content, int from) {
    for (int i = from; i < content.length; i++) {
      if (content[i] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private static String checksum(byte[] bytes, int from, int length) {
    CRC32 crc = new CRC32();
    crc.update(bytes, from, length);
    return HexFormat.of().toHexDigits((int) crc.getValue());
  }

  private static void syncDirectory(Path file) throws IOException {
    try (FileChannel directory =
        FileChannel.open(file.toAbsolutePath().getParent(), StandardOpenOption.READ)) {
      directory.force(true);
    }
  }
}
