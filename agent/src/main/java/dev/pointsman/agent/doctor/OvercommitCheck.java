package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.Optional;

/** Whether the kernel may refuse memory that nobody uses. */
final class OvercommitCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    Optional<String> mode = facts.read("/proc/sys/vm/overcommit_memory").map(String::strip);
    if (mode.isEmpty()) {
      return List.of();
    }
    String what = "vm.overcommit_memory is " + mode.get();
    return List.of(
        mode.get().equals("2")
            ? Finding.warn(
                "memory",
                what,
                "Node and Java reserve much more than they use: with strict accounting the worker"
                    + " more that a deployment needs may not start",
                "sysctl -w vm.overcommit_memory=0, or raise vm.overcommit_ratio")
            : Finding.ok("memory", what));
  }
}
