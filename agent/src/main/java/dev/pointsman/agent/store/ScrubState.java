package dev.pointsman.agent.store;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.DateTimeException;
import java.time.Instant;

/**
 * How far the scrub has come; in a file, so that a restart goes on. What is lost is read once more.
 *
 * @param next folder to be read; 0 between two passes
 * @param completed when the last pass ended, or began to count
 */
public record ScrubState(int next, Instant completed) {
  private static final String FORM = "scrub 1 ";

  /** The state in {@code file}; where there is none that can be read, a pass was completed now. */
  static ScrubState read(Path file, Instant now) throws IOException {
    if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
      return new ScrubState(0, now);
    }
    String[] words = Files.readString(file).strip().split(" ", -1);
    try {
      int next = Integer.parseInt(words[2]);
      return new ScrubState(Math.clamp(next, 0, StoreLayout.FOLDERS - 1), Instant.parse(words[3]));
    } catch (IndexOutOfBoundsException | NumberFormatException | DateTimeException e) {
      return new ScrubState(0, now); // Torn by a power cut: nothing hangs on it.
    }
  }

  void write(Path file) throws IOException {
    Path next = file.resolveSibling(file.getFileName() + ".new");
    Files.writeString(next, FORM + this.next + " " + completed + "\n");
    Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }
}
