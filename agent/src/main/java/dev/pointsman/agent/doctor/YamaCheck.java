package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.OptionalLong;

/** Whether a restarted agent may take its sockets back from workers. */
final class YamaCheck implements Check {
  private static final String SCOPE = "/proc/sys/kernel/yama/ptrace_scope";

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    String scope = facts.read(SCOPE).map(String::strip).orElse("0");
    OptionalLong owner = facts.owner(config.root());
    boolean root = owner.isPresent() && owner.getAsLong() == 0;
    String what = "kernel.yama.ptrace_scope is " + scope;
    if (scope.equals("0") || (root && !scope.equals("3"))) {
      return List.of(Finding.ok("yama", what));
    }
    return List.of(
        Finding.warn(
            "yama",
            what + (root ? "" : ", and the agent does not run as root"),
            "after a restart the agent cannot take its sockets back by pidfd_getfd: Node workers"
                + " hand them over, workers of other kinds cannot, and their app is refused"
                + " deployments (listen.lost)",
            "run the agent as a systemd service with FileDescriptorStoreMax=64, or as root, or: sysctl"
                + " -w kernel.yama.ptrace_scope=0"));
  }
}
