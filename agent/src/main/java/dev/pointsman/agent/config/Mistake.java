package dev.pointsman.agent.config;

import java.nio.file.Path;

/**
 * One thing that is wrong in a file.
 *
 * @param line 1 and up; 0 where the file as such is meant
 * @param column 1 and up; 0 where the line as such is meant
 * @param message key, value and rule; never a secret
 */
public record Mistake(Path file, int line, int column, String message) {
  /** A mistake that has no place in the file. */
  static Mistake ofFile(Path file, String message) {
    return new Mistake(file, 0, 0, message);
  }

  @Override
  public String toString() {
    String place = line == 0 ? "" : column == 0 ? ":" + line : ":" + line + ":" + column;
    return file + place + ": " + message;
  }
}
