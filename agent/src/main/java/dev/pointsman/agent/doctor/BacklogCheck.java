package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.Optional;

/** Whether the kernel lets the apps' queues become as long as they are to be. */
final class BacklogCheck implements Check {
  private static final String MOST = "/proc/sys/net/core/somaxconn";

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    Optional<Integer> most = facts.read(MOST).map(String::strip).map(Integer::parseInt);
    int wanted = config.apps().stream().mapToInt(AppConfig::backlog).max().orElse(0);
    if (most.isEmpty()) {
      return List.of();
    }
    String what = "net.core.somaxconn is " + most.get() + ", the longest backlog is " + wanted;
    return List.of(
        most.get() >= wanted
            ? Finding.ok("backlog", what)
            : Finding.warn(
                "backlog",
                what,
                "connections that come while all workers are busy are dropped earlier than configured",
                "sysctl -w net.core.somaxconn=" + wanted + ", and the same in /etc/sysctl.d"));
  }
}
