package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/** Whether workers can have memory limits of their own. */
final class CgroupCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    if (!facts.exists("/sys/fs/cgroup/cgroup.controllers")) {
      return List.of(
          Finding.warn(
              "cgroup",
              "there is no cgroup v2 at /sys/fs/cgroup",
              "workers cannot have memory limits of their own, and a kill by the kernel for want of"
                  + " memory is not told apart",
              "boot with systemd.unified_cgroup_hierarchy=1"));
    }
    OptionalLong agent = Agents.running(facts, config.root());
    Optional<String> own =
        agent.isEmpty()
            ? Optional.empty()
            : facts
                .read("/proc/" + agent.getAsLong() + "/cgroup")
                .flatMap(text ->
                    text.lines()
                        .filter(line -> line.startsWith("0::"))
                        .map(line -> line.substring(3))
                        .findFirst());
    return List.of(
        Finding.ok("cgroup", "v2" + own.map(path -> "; the agent is in " + path).orElse("")));
  }
}
