package dev.pointsman.agent.doctor;

import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** A version as far as its first two numbers. */
record Version(int major, int minor) implements Comparable<Version> {
  private static final Pattern FORM = Pattern.compile("[^0-9]*([0-9]{1,6})(?:[.]([0-9]{1,6}))?.*");

  /** The first version in {@code text}. */
  static Optional<Version> in(String text) {
    Matcher matcher = FORM.matcher(text.strip().lines().findFirst().orElse(""));
    return matcher.matches()
        ? Optional.of(
            new Version(
                Integer.parseInt(matcher.group(1)),
                matcher.group(2) == null ? 0 : Integer.parseInt(matcher.group(2))))
        : Optional.empty();
  }

  boolean isBefore(int otherMajor, int otherMinor) {
    return compareTo(new Version(otherMajor, otherMinor)) < 0;
  }

  @Override
  public int compareTo(Version other) {
    return major != other.major
        ? Integer.compare(major, other.major)
        : Integer.compare(minor, other.minor);
  }

  @Override
  public String toString() {
    return major + "." + minor;
  }
}
