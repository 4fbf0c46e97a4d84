package dev.pointsman.agent.logs;

import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.agent.linux.FileRanges;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * The log that a running process appends to, bounded beneath it: what it wrote first is copied to
 * parts and then taken out of the file.
 *
 * <p>The kernel takes a range out, or gives one back, under the lock that an append takes, so the
 * writer needs not be asked and no line is lost. ext4 and XFS make the file shorter; btrfs, tmpfs,
 * ZFS, NFS 4.2 leave a hole of no weight in front of what is left; what can do neither is emptied,
 * and the lines of that moment may be lost. A part is made under another name, which says that its
 * range is still to be given back: that can be repeated, so an agent that dies anywhere in between
 * loses no line and doubles none.
 *
 * <p>One thread at a time.
 */
final class LiveLog {
  /** How the file gives its beginning back. */
  enum Way {
    COLLAPSE,
    PUNCH,
    TRUNCATE
  }

  /** Told of every step, so that a test can end there. */
  @FunctionalInterface
  interface Steps {
    void reached(String step);
  }

  private final Path file;
  private final LogConfig bounds;
  private final LogLosses losses;
  private final long block;
  private long base; // The offset of the file's first byte.
  private long cut; // The offset up to which everything is in parts.
  private Way way = Way.COLLAPSE;
  private boolean bounded;
  private Steps steps = _ -> {};

  private LiveLog(Path file, LogConfig bounds, LogLosses losses, long block) {
    this.file = file;
    this.bounds = bounds;
    this.losses = losses;
    this.block = block;
  }

  /** Goes on with {@code file}, wherever an earlier agent was with it. */
  static LiveLog open(Path file, LogConfig bounds, LogLosses losses) throws IOException {
    LiveLog log = new LiveLog(file, bounds, losses, Files.getFileStore(file).getBlockSize());
    log.recover();
    return log;
  }

  private void recover() throws IOException {
    try (DirectoryStream<Path> unfinished =
        Files.newDirectoryStream(
            file.toAbsolutePath().getParent(),
            path -> path.getFileName().toString().startsWith(file.getFileName() + "."))) {
      for (Path path : unfinished) {
        String name = path.getFileName().toString();
        int cutting = name.lastIndexOf(LogPart.CUTTING);
        if (name.endsWith(LogPart.NEW)) {
          Files.delete(path);
        } else if (cutting >= 0) {
          base = Long.parseLong(name.substring(cutting + LogPart.CUTTING.length()));
          release(path, start(name), Files.size(path));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    List<LogPart> parts = LogPart.of(file);
    findBase(parts.isEmpty() ? 0 : parts.getLast().end());
  }

  /** 4096, of {@code 0-1.2.3.log.4096.lost.cut-0}. */
  private long start(String part) {
    return Long.parseLong(
        part.substring(file.getFileName().toString().length() + 1).split("\\.", -1)[0]);
  }

  /** What was given back and is still in the file is a hole in front. */
  private void findBase(long cutNow) throws IOException {
    cut = cutNow;
    base = cut - Math.min(cut, FileRanges.firstData(file, Files.size(file)));
  }

  Path file() {
    return file;
  }

  /** As if the file system had refused everything else. */
  void canOnlyTruncate() {
    way = Way.TRUNCATE;
  }

  void watch(Steps with) {
    steps = with;
  }

  /** The offset behind the last byte that was written. */
  long end() throws IOException {
    return base + Files.size(file);
  }

  /** The offset of the first byte that is in no part. */
  long cut() {
    return cut;
  }

  /** Where in the file the byte at {@code offset} is. */
  long position(long offset) {
    return offset - base;
  }

  /** Bytes on disk that are in no part. */
  long weight() throws IOException {
    return Math.max(0, end() - cut);
  }

  /** Whether the last {@link #bound} left nothing to be done. */
  boolean isBounded() {
    return bounded;
  }

  /** Moves what it holds to parts where that has reached the bound; whether there was anything. */
  boolean bound() throws IOException {
    long size = Files.size(file);
    bounded = base + size - cut < bounds.maxBytes();
    if (bounded) {
      return false;
    }
    if (way == Way.TRUNCATE) {
      empty();
      return true;
    }
    // Whole blocks, and never all of the file: more cannot be taken out.
    long head = (size - 1) / block * block;
    for (long[] piece : pieces(position(cut), head)) {
      move(piece[0], piece[1], piece[2] != 0);
      if (way == Way.TRUNCATE) {
        return true; // Found out just now: the next look empties it.
      }
    }
    if (way == Way.COLLAPSE && position(cut) > 0) {
      if (FileRanges.collapse(file, position(cut))) {
        base = cut;
      } else {
        way = Way.PUNCH;
      }
    }
    return true;
  }

  /** From, bytes, and whether they are too old to be kept; no part is larger than the bound. */
  private List<long[]> pieces(long from, long head) {
    long most = Math.max(block, bounds.maxBytes() / block * block);
    long kept = Math.min(head - from, bounds.keep() * most);
    List<long[]> pieces = new ArrayList<>();
    long at = head - kept;
    if (at > from) {
      pieces.add(new long[] {from, at - from, 1});
    }
    for (; at < head; at += most) {
      pieces.add(new long[] {at, Math.min(most, head - at), 0});
    }
    return pieces;
  }

  /** Moves {@code bytes} bytes from {@code position} on to a part. */
  private void move(long position, long bytes, boolean tooOld) throws IOException {
    boolean lost = tooOld || !copied(position, bytes);
    Path part = LogPart.file(file, cut, lost);
    Path fresh = fresh();
    if (lost) {
      Files.deleteIfExists(fresh);
      LogFiles.hole(fresh, bytes);
    }
    Path cutting = part.resolveSibling(part.getFileName() + LogPart.CUTTING + base);
    LogFiles.rename(fresh, cutting);
    steps.reached("cutting");
    release(cutting, cut, bytes);
  }

  /** Where there is no room for what is newer, what is older goes. */
  private boolean copied(long position, long bytes) throws IOException {
    while (true) {
      try {
        Files.deleteIfExists(fresh());
        LogFiles.copy(file, position, bytes, fresh());
        steps.reached("copied");
        return true;
      } catch (IOException e) {
        Optional<LogPart> oldest =
            LogPart.of(file).stream().filter(part -> part.weight() > 0).findFirst();
        if (oldest.isEmpty()) {
          losses.unkept(file, bytes, e);
          return false;
        }
        losses.unkept(oldest.get().file(), oldest.get().size(), e);
        oldest.get().empty(file);
      }
    }
  }

  private Path fresh() {
    return file.resolveSibling(file.getFileName() + LogPart.NEW);
  }

  /** Gives the range of {@code cutting} back, and calls it a part then; may be done twice. */
  private void release(Path cutting, long start, long bytes) throws IOException {
    if (!FileRanges.punch(file, position(start), bytes)) {
      way = Way.TRUNCATE;
      Files.delete(cutting);
      return;
    }
    steps.reached("punched");
    String name = cutting.getFileName().toString();
    LogFiles.rename(
        cutting, cutting.resolveSibling(name.substring(0, name.lastIndexOf(LogPart.CUTTING))));
    cut = start + bytes;
    steps.reached("named");
  }

  /**
   * Where nothing can be given back. The time between the two last steps is all that is at risk.
   */
  private void empty() throws IOException {
    losses.atRisk(file);
    Path part = LogPart.file(file, cut, bounds.keep() == 0);
    long size = Files.size(file);
    if (bounds.keep() == 0 || !copied(0, size)) {
      part = LogPart.file(file, cut, true);
      Files.deleteIfExists(fresh());
      LogFiles.hole(fresh(), size);
    }
    LogFiles.rename(fresh(), part);
    try (FileChannel channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
      channel.truncate(0);
    }
    cut += size;
    base = cut;
  }
}
