package dev.pointsman.agent.cli;

import java.io.IOException;

/** No agent answered, or what answered is none; the message is for a person. */
final class AgentUnreachable extends IOException {
  private static final long serialVersionUID = 1L;

  AgentUnreachable(IOException cause) {
    super(cause.getMessage(), cause);
  }
}
