package dev.pointsman.agent.doctor;

import java.nio.file.Path;
import java.util.OptionalLong;

/** Finds the agent that holds a root's lock. */
final class Agents {
  private Agents() {}

  /** Its pid, by the inode of {@code LOCK} in {@code /proc/locks}, see proc_locks(5). */
  static OptionalLong running(Facts facts, Path root) {
    OptionalLong inode = facts.inode(root.resolve("LOCK"));
    if (inode.isEmpty()) {
      return OptionalLong.empty();
    }
    return facts.read("/proc/locks").stream()
        .flatMap(String::lines)
        .map(line -> line.strip().split("\\s+", -1))
        .filter(columns -> columns.length > 5)
        .filter(columns -> columns[5].endsWith(":" + inode.getAsLong()))
        .mapToLong(columns -> Long.parseLong(columns[4]))
        .filter(pid -> pid > 0)
        .findFirst();
  }
}
