package dev.pointsman.agent.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** Gathers what is wrong in all files of one configuration, so that one look shows everything. */
final class Mistakes {
  /** More than this many are not helpful; the first ones are. */
  private static final int MOST = 100;

  private final List<Mistake> found = new ArrayList<>();
  private final List<Path> files = new ArrayList<>();

  void add(Mistake mistake) {
    if (!files.contains(mistake.file())) {
      files.add(mistake.file());
    }
    if (found.size() < MOST) {
      found.add(mistake);
    }
  }

  void add(Path file, String message) {
    add(Mistake.ofFile(file, message));
  }

  boolean isEmpty() {
    return found.isEmpty();
  }

  /** By file in the order of reading, then by place. */
  List<Mistake> inOrder() {
    return found.stream()
        .sorted(
            Comparator.<Mistake>comparingInt(mistake -> files.indexOf(mistake.file()))
                .thenComparingInt(Mistake::line)
                .thenComparingInt(Mistake::column))
        .toList();
  }

  void throwIfAny() throws ConfigInvalid {
    if (!isEmpty()) {
      throw new ConfigInvalid(inOrder());
    }
  }
}
