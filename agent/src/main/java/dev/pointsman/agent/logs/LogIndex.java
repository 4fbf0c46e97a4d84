package dev.pointsman.agent.logs;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose lines a log holds, and when they were written: {@code release R generation G}, then {@code
 * MILLIS OFFSET;} whenever it was seen to have grown, so everything before OFFSET had been written
 * by then. Bounded: when it is full every second mark goes, and times become coarser.
 */
final class LogIndex {
  private static final int MOST_MARKS = 2_000;
  private static final Pattern HEAD = Pattern.compile("release (\\S+) generation (\\S+)");
  private static final Pattern MARK = Pattern.compile("([0-9]{1,16}) ([0-9]{1,19});");

  /** Everything before {@code offset} was written by {@code at}. */
  private record Mark(Instant at, long offset) {}

  private final Path file;
  private final String release;
  private final String generation;
  private final List<Mark> marks = new ArrayList<>();

  private LogIndex(Path file, String release, String generation) {
    this.file = file;
    this.release = release;
    this.generation = generation;
  }

  /** Begins that of a new log. */
  static LogIndex begin(Path file, String release, String generation, Instant now)
      throws IOException {
    LogIndex index = new LogIndex(file, release, generation);
    index.marks.add(new Mark(now, 0));
    LogFiles.make(file);
    Files.writeString(file, index.text());
    return index;
  }

  /** What is there; of a log without one nothing is known but its lines. */
  static LogIndex read(Path file) throws IOException {
    List<String> lines;
    try {
      lines = new String(Files.readAllBytes(file), UTF_8).lines().toList();
    } catch (NoSuchFileException e) {
      lines = List.of();
    }
    Matcher head = HEAD.matcher(lines.isEmpty() ? "" : lines.getFirst());
    LogIndex index =
        head.matches()
            ? new LogIndex(file, head.group(1), head.group(2))
            : new LogIndex(file, "", "");
    for (String line : lines) {
      Matcher mark = MARK.matcher(line); // The last one is torn where the disk was full.
      if (mark.matches()) {
        index.marks.add(
            new Mark(
                Instant.ofEpochMilli(Long.parseLong(mark.group(1))),
                Long.parseLong(mark.group(2))));
      }
    }
    return index;
  }

  String release() {
    return release;
  }

  String generation() {
    return generation;
  }

  /** The offset up to which times are known. */
  long reached() {
    return marks.isEmpty() ? 0 : marks.getLast().offset();
  }

  /** Notes that the log reaches to {@code offset} now, if it did not before. */
  void mark(Instant now, long offset) throws IOException {
    if (reached() >= offset) {
      return;
    }
    marks.add(new Mark(now, offset));
    if (marks.size() < MOST_MARKS) {
      Files.writeString(file, line(marks.getLast()), StandardOpenOption.APPEND);
      return;
    }
    for (int i = marks.size() - 2; i > 0; i -= 2) {
      marks.remove(i); // Never the first or the last.
    }
    Path fresh = file.resolveSibling(file.getFileName() + LogPart.NEW);
    Files.deleteIfExists(fresh);
    LogFiles.make(fresh);
    Files.writeString(fresh, text());
    LogFiles.rename(fresh, file);
  }

  /** By when the line that begins at {@code offset} had been begun; empty: not seen yet. */
  Optional<Instant> at(long offset) {
    int low = 0;
    int high = marks.size();
    while (low < high) { // The first mark behind the offset.
      int middle = (low + high) >>> 1;
      if (marks.get(middle).offset() > offset) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low < marks.size() ? Optional.of(marks.get(low).at()) : Optional.empty();
  }

  private String text() {
    StringBuilder text = new StringBuilder();
    text.append("release ").append(release).append(" generation ").append(generation);
    marks.forEach(mark -> text.append(line(mark)));
    return text.toString();
  }

  private static String line(Mark mark) {
    return "\n" + mark.at().toEpochMilli() + " " + mark.offset() + ";";
  }
}
