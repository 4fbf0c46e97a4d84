package dev.pointsman.agent.logs;

import java.nio.file.Path;
import java.util.Comparator;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Whose log it is.
 *
 * @param process the agent's own name for the process, three numbers; never used again
 */
record LogName(int slot, String process) implements Comparable<LogName> {
  private static final Pattern FILE =
      Pattern.compile("([0-9]{1,6})-([0-9]{1,12}\\.[0-9]{1,12}\\.[0-9]{1,9})\\.(log|idx)(\\..*)?");
  private static final Comparator<LogName> BY_AGE =
      Comparator.comparingLong((LogName name) -> name.number(0))
          .thenComparingLong(name -> name.number(1))
          .thenComparingLong(name -> name.number(2))
          .thenComparingInt(LogName::slot);

  /** Whose file {@code file} is, if it is one of these. */
  static Optional<LogName> of(Path file) {
    Matcher parts = FILE.matcher(file.getFileName().toString());
    return parts.matches()
        ? Optional.of(new LogName(Integer.parseInt(parts.group(1)), parts.group(2)))
        : Optional.empty();
  }

  /** What the process appends to. */
  Path file(Path directory) {
    return directory.resolve(slot + "-" + process + ".log");
  }

  /** What is known about its lines. */
  Path index(Path directory) {
    return directory.resolve(slot + "-" + process + ".idx");
  }

  private long number(int i) {
    return Long.parseLong(process.split("\\.", -1)[i]);
  }

  /** Older processes first, whatever their slots. */
  @Override
  public int compareTo(LogName other) {
    return BY_AGE.compare(this, other);
  }
}
