package dev.pointsman.agent.process;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Splits a command line that needs no shell: words, with quotes and backslashes around blanks. A
 * line that a shell would do more with (variables, pipes, lists, globs) is not split.
 */
final class ShellWords {
  private static final String NEEDS_A_SHELL = "|&;<>()$`*?[]#~!{}\n";

  private final String line;
  private final List<String> words = new ArrayList<>();
  private final StringBuilder word = new StringBuilder();
  private boolean inWord;
  private int at;

  private ShellWords(String line) {
    this.line = line;
  }

  /** The words; empty where only a shell can tell, or a quote is not closed. */
  static Optional<List<String>> split(String line) {
    ShellWords splitter = new ShellWords(line);
    return splitter.run() ? Optional.of(List.copyOf(splitter.words)) : Optional.empty();
  }

  private boolean run() {
    while (at < line.length()) {
      char c = line.charAt(at++);
      boolean understood =
          switch (c) {
            case ' ', '\t' -> endWord();
            case '\'' -> quoted('\'', "");
            case '"' -> quoted('"', "$`\\");
            case '\\' -> at < line.length() && append(line.charAt(at++));
            default -> NEEDS_A_SHELL.indexOf(c) < 0 && append(c);
          };
      if (!understood) {
        return false;
      }
    }
    return endWord();
  }

  private boolean quoted(char quote, String refused) {
    int end = line.indexOf(quote, at);
    if (end < 0) {
      return false;
    }
    String inside = line.substring(at, end);
    at = end + 1;
    inWord = true;
    word.append(inside);
    return inside.chars().noneMatch(c -> refused.indexOf(c) >= 0);
  }

  private boolean append(char c) {
    inWord = true;
    word.append(c);
    return true;
  }

  private boolean endWord() {
    if (inWord) {
      words.add(word.toString());
      word.setLength(0);
      inWord = false;
    }
    return true;
  }
}
