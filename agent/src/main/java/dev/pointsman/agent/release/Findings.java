package dev.pointsman.agent.release;

import java.util.ArrayList;
import java.util.List;

/** What an inspection found wrong, one line each; only so many are kept, all are counted. */
public final class Findings {
  /** The most that are kept. */
  public static final int MOST = 1_000;

  private final List<String> kept = new ArrayList<>();
  private long count;

  /** Adds one. */
  public void add(String finding) {
    count++;
    if (kept.size() < MOST) {
      kept.add(finding);
    }
  }

  /** Whether nothing is wrong. */
  public boolean isSound() {
    return count == 0;
  }

  /** How many there are. */
  public long count() {
    return count;
  }

  /** The first ones. */
  public List<String> kept() {
    return List.copyOf(kept);
  }
}
