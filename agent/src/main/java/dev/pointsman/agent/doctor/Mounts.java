package dev.pointsman.agent.doctor;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What is mounted where, see proc_pid_mountinfo(5). */
record Mounts(List<Mount> all) {
  /** One of them. */
  record Mount(Path at, String type, Set<String> options) {}

  static Mounts of(Facts facts) {
    List<Mount> all = new ArrayList<>();
    facts.read("/proc/self/mountinfo").stream()
        .flatMap(String::lines)
        .forEach(line -> parse(line).ifPresent(all::add));
    return new Mounts(all);
  }

  private static Optional<Mount> parse(String line) {
    String[] halves = line.split(" - ", 2);
    String[] left = halves[0].split(" ", -1);
    if (halves.length < 2 || left.length < 6) {
      return Optional.empty();
    }
    return Optional.of(
        new Mount(
            Path.of(left[4].replace("\\040", " ")),
            halves[1].split(" ", -1)[0],
            Set.copyOf(List.of(left[5].split(",", -1)))));
  }

  /** The one that holds {@code path}: the longest, and of the same the last. */
  Optional<Mount> of(Path path) {
    Mount found = null;
    for (Mount mount : all) {
      boolean longer = found == null || mount.at().getNameCount() >= found.at().getNameCount();
      if (path.startsWith(mount.at()) && longer) {
        found = mount;
      }
    }
    return Optional.ofNullable(found);
  }
}
