package dev.pointsman.agent.doctor;

import org.jspecify.annotations.Nullable;

/**
 * What one check found.
 *
 * @param check its name, one word
 * @param what what was found, and where
 * @param why what it leads to; null where all is well
 * @param remedy what to do, a command where there is one
 */
public record Finding(
    String check, Level level, String what, @Nullable String why, @Nullable String remedy) {
  static Finding ok(String check, String what) {
    return new Finding(check, Level.OK, what, null, null);
  }

  static Finding warn(String check, String what, String why, String remedy) {
    return new Finding(check, Level.WARN, what, why, remedy);
  }

  static Finding bad(String check, String what, String why, String remedy) {
    return new Finding(check, Level.BAD, what, why, remedy);
  }
}
