package dev.pointsman.agent;

import dev.pointsman.agent.http.OwnAgent;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.Rejected;
import java.time.Instant;
import java.util.Map;

/** The agent as its API shows it. */
final class RunningAgent implements OwnAgent {
  private final String name;
  private final Instant startedAt;
  private final Upgrading upgrading;
  private final EventLog events;

  RunningAgent(String name, Instant startedAt, Upgrading upgrading, EventLog events) {
    this.name = name;
    this.startedAt = startedAt;
    this.upgrading = upgrading;
    this.events = events;
  }

  @Override
  public AgentResource describe() {
    return new AgentResource(
        name,
        Distribution.version(),
        ProcessHandle.current().pid(),
        startedAt,
        upgrading.program().toString());
  }

  @Override
  public AgentResource upgrade(String requestedBy) throws Rejected {
    upgrading.request(() ->
        events.publish(
            "agent.upgrading",
            null,
            "The agent becomes " + upgrading.program() + "; workers go on.",
            Map.of("requestedBy", requestedBy)));
    return describe();
  }
}
