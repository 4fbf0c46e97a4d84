package dev.pointsman.agent.process;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/**
 * The {@code NAME=VALUE} words in front of a command, with or without a program that only sets
 * them.
 */
record Assignments(Map<String, String> variables, List<String> rest) {
  private static final Set<String> SETTERS = Set.of("env", "cross-env");
  private static final Pattern ASSIGNMENT = Pattern.compile("[A-Za-z_][A-Za-z0-9_]*=.*");

  static Assignments of(List<String> words) {
    Map<String, String> variables = new HashMap<>();
    int at = 0;
    // 'env -i' and the like do more than setting, so they stay, to be refused as programs.
    if (words.size() > 1 && SETTERS.contains(words.get(0)) && !words.get(1).startsWith("-")) {
      at++;
    }
    while (at < words.size() && ASSIGNMENT.matcher(words.get(at)).matches()) {
      String word = words.get(at++);
      int equals = word.indexOf('=');
      variables.put(word.substring(0, equals), word.substring(equals + 1));
    }
    return new Assignments(Map.copyOf(variables), words.subList(at, words.size()));
  }
}
