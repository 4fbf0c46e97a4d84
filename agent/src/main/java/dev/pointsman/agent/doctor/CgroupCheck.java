package dev.pointsman.agent.doctor;

import dev.pointsman.agent.cgroup.CgroupView;
import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;

/** Whether workers can have memory limits of their own. */
final class CgroupCheck implements Check {
  private static final String REMEDY =
      "systemctl edit pointsman: Delegate=memory pids cpu and DelegateSubgroup=agent under [Service]"
          + " (systemd 254 or newer); then systemctl restart pointsman";

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
    return List.of(
        agent.isEmpty()
            ? Finding.ok("cgroup", "v2; what workers get shows while the agent runs")
            : ofAgent(facts, agent.getAsLong(), config));
  }

  private static Finding ofAgent(Facts facts, long agent, HostConfig config) {
    CgroupView workers = facts.workerCgroups(agent);
    String what = "v2" + own(facts, agent) + "; workers " + words(workers);
    Map<String, String> missing = new TreeMap<>();
    for (AppConfig app : config.apps()) {
      Set<String> needs = needs(app.resources());
      needs.removeAll(workers.controllers());
      if (!needs.isEmpty()) {
        missing.put(app.name().value(), String.join(" and ", needs));
      }
    }
    if (!missing.isEmpty()) {
      return Finding.bad(
          "cgroup",
          what + "; [resources] ask for more: " + missing,
          "none of their workers can be started: a limit is kept or not promised",
          REMEDY + "; or remove these limits");
    }
    return workers.isDelegated()
        ? Finding.ok("cgroup", what)
        : Finding.warn(
            "cgroup",
            what,
            "workers cannot have memory limits of their own, and a kill by the kernel for want of"
                + " memory is not told apart",
            REMEDY);
  }

  private static String own(Facts facts, long agent) {
    return facts
        .read("/proc/" + agent + "/cgroup")
        .flatMap(text ->
            text.lines()
                .filter(line -> line.startsWith("0::"))
                .map(line -> "; the agent is in " + line.substring(3))
                .findFirst())
        .orElse("");
  }

  private static String words(CgroupView workers) {
    if (!workers.isDelegated()) {
      return "get none of their own: " + workers.why();
    }
    return workers.controllers().isEmpty()
        ? "get one each, without any controller"
        : "get one each, with " + String.join(", ", new TreeSet<>(workers.controllers()));
  }

  /** The controllers without which {@code resources} cannot be kept. */
  private static Set<String> needs(ResourcesConfig resources) {
    Set<String> needs = new TreeSet<>();
    if (resources.memoryMax().isPresent() || resources.memoryHigh().isPresent()) {
      needs.add("memory");
    }
    if (resources.pidsMax().isPresent()) {
      needs.add("pids");
    }
    if (resources.cpuWeight().isPresent()) {
      needs.add("cpu");
    }
    return needs;
  }
}
