package dev.pointsman.agent.config;

import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * The form of a line of {@code trust.require}: {@code 1 of ci@web}, {@code 2 of ann@ops,bob@ops}.
 */
final class Requirement {
  private static final Pattern FORM =
      Pattern.compile("([1-9][0-9]?) of ([^\\s,\"]+(?:\\s*,\\s*[^\\s,\"]+)*)");

  private Requirement() {}

  /** The rule that {@code line} breaks; empty where it is fine. */
  static Optional<String> broken(String line) {
    Matcher matcher = FORM.matcher(line);
    if (!matcher.matches()) {
      return Optional.of("must read \"K of PRINCIPAL[,PRINCIPAL]..\", as \"1 of ci@web\"");
    }
    List<String> principals = Arrays.asList(matcher.group(2).split("\\s*,\\s*", -1));
    if (Set.copyOf(principals).size() < principals.size()) {
      return Optional.of("names a principal twice");
    }
    return Integer.parseInt(matcher.group(1)) > principals.size()
        ? Optional.of("asks for more signatures than it names principals")
        : Optional.empty();
  }
}
