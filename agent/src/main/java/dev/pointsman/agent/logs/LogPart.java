package dev.pointsman.agent.logs;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What was moved out of a log: its bytes from {@code start} on. Of a lost part only the length is
 * known: the file is a hole.
 */
record LogPart(Path file, long start, long size, boolean lost) {
  /** Written, and not yet given back to the disk; the offset of the log's first byte follows. */
  static final String CUTTING = ".cut-";

  /** Still being written. */
  static final String NEW = ".new";

  private static final String LOST = ".lost";
  private static final Pattern NAME = Pattern.compile(".*\\.log\\.([0-9]{1,19})(\\.lost)?");

  long end() {
    return start + size;
  }

  /** Bytes on disk. */
  long weight() {
    return lost ? 0 : size;
  }

  /** The file for what {@code log} held from {@code start} on. */
  static Path file(Path log, long start, boolean lost) {
    return log.resolveSibling(log.getFileName() + "." + start + (lost ? LOST : ""));
  }

  /** The parts of {@code log}, oldest first. */
  static List<LogPart> of(Path log) throws IOException {
    List<LogPart> parts = new ArrayList<>();
    try (DirectoryStream<Path> files =
        Files.newDirectoryStream(
            log.toAbsolutePath().getParent(),
            file -> file.getFileName().toString().startsWith(log.getFileName() + "."))) {
      for (Path file : files) {
        Matcher name = NAME.matcher(file.getFileName().toString());
        if (name.matches()) {
          long start = Long.parseLong(name.group(1));
          parts.add(new LogPart(file, start, Files.size(file), name.group(2) != null));
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    parts.sort(Comparator.comparingLong(LogPart::start));
    return parts;
  }

  /** Forgets what it holds, and keeps its place. */
  LogPart empty(Path log) throws IOException {
    Path hole = file(log, start, true);
    Files.deleteIfExists(file);
    LogFiles.hole(hole, size);
    return new LogPart(hole, start, size, true);
  }
}
