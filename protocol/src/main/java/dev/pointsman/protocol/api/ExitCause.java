package dev.pointsman.protocol.api;

/** Through whom a worker's process ended: a closed set. */
public enum ExitCause {
  /** It ended by itself: it returned, or crashed. */
  ITSELF("it ended by itself"),
  /** A signal that the agent did not send. */
  OUTSIDE("a signal from outside ended it"),
  /** The kernel killed it for want of memory, as its cgroup tells. */
  OUT_OF_MEMORY("the kernel killed it because memory ran out"),
  /** The agent: it did not come up, or turned bad before it was let in. */
  FAILED_START("it did not come up"),
  /** The agent: a deployment replaced it. */
  DEPLOYED("a deployment replaced it"),
  /** The agent: its slot was given up. */
  RETIRED("its slot was given up"),
  /** The agent: it failed its probes and was replaced. */
  UNHEALTHY("it failed its probes and was replaced"),
  /** The agent: it showed no life and was replaced. */
  HUNG("it showed no life and was replaced"),
  /** The agent: it was over max_memory and was replaced. */
  MEMORY("it used more than max_memory and was replaced"),
  /** The agent: it reached max_lifetime and was replaced. */
  LIFETIME("it reached max_lifetime and was replaced");

  private final String words;

  ExitCause(String words) {
    this.words = words;
  }

  /** In words, about "it". */
  public String words() {
    return words;
  }

  /** Whether the agent had it ended. */
  public boolean isTheAgent() {
    return this != ITSELF && this != OUTSIDE && this != OUT_OF_MEMORY;
  }

  /** Whether the agent replaced it because of the state that it was in. */
  public boolean isUpkeep() {
    return this == UNHEALTHY || this == HUNG || this == MEMORY || this == LIFETIME;
  }
}
