package dev.pointsman.agent.cgroup;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;

/**
 * What cgroups an agent has for its workers, seen from outside: {@link WorkerCgroups} looks at its
 * own process and sets things up, this changes nothing.
 *
 * @param why workers have none of their own; blank where they have
 * @param controllers what of their limits can be kept, of memory, pids and cpu
 */
public record CgroupView(String why, Set<String> controllers) {
  public CgroupView {
    controllers = Set.copyOf(controllers);
  }

  /** Of the agent that is process {@code pid}. */
  public static CgroupView ofAgent(long pid) {
    return of(Path.of("/proc"), pid);
  }

  static CgroupView of(Path proc, long pid) {
    try {
      Delegation delegation = Delegation.find(proc, Long.toString(pid));
      if (delegation.base().isEmpty()) {
        return new CgroupView(delegation.why(), Set.of());
      }
      Path enabled = delegation.base().get().resolve("cgroup.subtree_control");
      Set<String> controllers =
          new TreeSet<>(Set.of(Files.readString(enabled).strip().split(" ", -1)));
      controllers.retainAll(WorkerCgroups.WANTED);
      return new CgroupView("", controllers);
    } catch (IOException e) {
      return new CgroupView(
          "what cgroup the agent is in cannot be read: " + e.getMessage(), Set.of());
    }
  }

  /** Whether workers have cgroups of their own. */
  public boolean isDelegated() {
    return why.isEmpty();
  }
}
