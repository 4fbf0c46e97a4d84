package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.Rejected;

/** What the HTTP API asks about the agent itself. */
public interface OwnAgent {
  /** Which agent this is; does not block. */
  AgentResource describe();

  /**
   * Tries the program that is on disk now and, where it works, begins to become it; the running
   * agent stops in order from then on. Blocks for the trial. Rejects with {@code agent.upgrade}
   * where the program does not work.
   */
  AgentResource upgrade(String requestedBy) throws Rejected;
}
