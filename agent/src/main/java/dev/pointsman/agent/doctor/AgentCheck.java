package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.OptionalLong;

/** Whether an agent runs on this root, and whether it is the one that is installed. */
final class AgentCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    OptionalLong pid = Agents.running(facts, config.root());
    if (pid.isEmpty()) {
      return List.of(
          Finding.warn(
              "agent",
              "no agent runs on " + config.root(),
              "workers that run serve on, but nothing repairs or deploys them",
              "systemctl start pointsman"));
    }
    String socket = config.http().socket().toString();
    if (!facts.exists(socket)) {
      return List.of(
          Finding.bad(
              "agent",
              "process " + pid.getAsLong() + " holds " + config.root() + ", and has no " + socket,
              "it is starting, stopping, or goes by another configuration: nobody can ask it",
              "ps -fp " + pid.getAsLong() + "; then systemctl restart pointsman"));
    }
    boolean replaced =
        facts
            .output(List.of("ls", "-l", "/proc/" + pid.getAsLong() + "/fd"))
            .filter(files -> files.contains("pointsman") && files.contains(".jar (deleted)"))
            .isPresent();
    return List.of(
        replaced
            ? Finding.warn(
                "agent",
                "process " + pid.getAsLong() + " runs a version whose files were replaced",
                "what it has not loaded yet it cannot load any more",
                "systemctl restart pointsman")
            : Finding.ok("agent", "process " + pid.getAsLong() + " runs on " + config.root()));
  }
}
