package dev.pointsman.agent.upkeep;

import dev.pointsman.protocol.api.ExitCause;

/**
 * A worker that had better be replaced.
 *
 * @param why one of the causes that {@link ExitCause#isUpkeep}
 * @param detail what is wrong with it: one sentence
 */
public record Ailing(int slot, ExitCause why, String detail) {
  public Ailing {
    if (!why.isUpkeep()) {
      throw new IllegalArgumentException(why + " is no reason to replace a worker that serves");
    }
  }
}
