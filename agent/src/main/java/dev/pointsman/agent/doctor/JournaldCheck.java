package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;

/** Where what the agent says is kept. */
final class JournaldCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    return List.of(
        facts.exists("/run/systemd/journal/socket")
            ? Finding.ok("journald", "runs")
            : Finding.warn(
                "journald",
                "it does not run here",
                "what the agent logs is kept only as far as whoever starts it keeps its standard"
                    + " error; logs of workers are files in any case",
                "redirect the agent's standard error to a file, or run it as a systemd service"));
  }
}
