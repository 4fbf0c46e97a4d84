package dev.pointsman.agent.release;

import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Decides which releases go. Never the active one, nor the one before it, nor one that a living
 * process uses; of the others as many as the quotas say, newest first.
 *
 * @param keepReleases good releases kept beside the active one and its predecessor; as many that
 *     were never deployed are kept, too
 * @param failedRetention bad releases kept
 */
public record Retention(int keepReleases, int failedRetention) {
  public Retention {
    if (keepReleases < 0 || failedRetention < 0) {
      throw new IllegalArgumentException(
          "quotas are not negative: " + keepReleases + ", " + failedRetention);
    }
  }

  /**
   * What is on this host; every list newest first.
   *
   * @param active what workers run or are being moved to
   * @param previousGood where a revert would go
   * @param good by the journal's order of success
   * @param bad by the journal's order of failure
   * @param staged never deployed
   * @param inUse what living processes were started from
   */
  public record Holdings(
      Optional<ReleaseId> active,
      Optional<ReleaseId> previousGood,
      List<ReleaseId> good,
      List<ReleaseId> bad,
      List<ReleaseId> staged,
      Set<ReleaseId> inUse) {
    public Holdings {
      good = List.copyOf(good);
      bad = List.copyOf(bad);
      staged = List.copyOf(staged);
      inUse = Set.copyOf(inUse);
    }
  }

  /** What is to be removed, oldest last in each group. */
  public List<ReleaseId> superfluous(Holdings holdings) {
    Set<ReleaseId> kept = new HashSet<>(holdings.inUse());
    holdings.active().ifPresent(kept::add);
    holdings.previousGood().ifPresent(kept::add);
    List<ReleaseId> going = new ArrayList<>();
    going.addAll(beyond(holdings.good(), kept, keepReleases));
    going.addAll(beyond(holdings.bad(), kept, failedRetention));
    going.addAll(beyond(holdings.staged(), kept, keepReleases));
    return going;
  }

  private static List<ReleaseId> beyond(
      List<ReleaseId> newestFirst, Set<ReleaseId> kept, int quota) {
    return newestFirst.stream().distinct().filter(id -> !kept.contains(id)).skip(quota).toList();
  }
}
