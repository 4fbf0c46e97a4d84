package dev.pointsman.agent.deployment;

/**
 * When a worker was begun, as far as order goes: by a later run of the agent, or later in the same.
 * A process that is started again in its place keeps it.
 *
 * @param run how often the agent had started with this app
 * @param worker counts the workers that this run began
 */
public record Born(long run, long worker) implements Comparable<Born> {
  /** Before all. */
  public static final Born NEVER = new Born(0, 0);

  /** Whether this is later than {@code other}. */
  public boolean isAfter(Born other) {
    return compareTo(other) > 0;
  }

  @Override
  public int compareTo(Born other) {
    int byRun = Long.compare(run, other.run);
    return byRun != 0 ? byRun : Long.compare(worker, other.worker);
  }
}
