package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor.Mark;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;

/**
 * Leaves out of a journal what no longer matters: the rest, replayed, gives the same state. What
 * remains is bounded by what the state remembers.
 */
final class Compaction {
  private final List<AppEntry> entries;
  private final AppState end;
  private final Set<DeploymentId> deployments = new HashSet<>();
  private final Map<ReleaseId, Integer> lastStaged = new HashMap<>();
  private final Map<ReleaseId, Integer> lastRemoved = new HashMap<>();

  private Compaction(List<AppEntry> entries) {
    this.entries = entries;
    this.end = AppState.replay(entries);
  }

  /** The entries of {@code entries} that still matter, in their order. */
  static List<AppEntry> condense(List<AppEntry> entries) {
    Compaction compaction = new Compaction(entries);
    compaction.lookBack();
    return compaction.keep();
  }

  /** Finds out to which entries each part of the state is due. */
  private void lookBack() {
    end.ended().forEach(deployment -> deployments.add(deployment.id()));
    if (end.running() != null) {
      deployments.add(end.running().id());
    }
    Map<Generation, DeploymentId> madeGood = new HashMap<>();
    Map<ReleaseId, DeploymentId> madeBad = new HashMap<>();
    AppState state = AppState.EMPTY;
    for (int i = 0; i < entries.size(); i++) {
      AppEntry entry = entries.get(i);
      AppState next = state.after(entry);
      if (entry instanceof AppEntry.Staged staged) {
        lastStaged.put(staged.release(), i);
      } else if (entry instanceof AppEntry.Removed removed) {
        lastRemoved.put(removed.release(), i);
      } else if (state.running() != null && next.running() == null) {
        Deployment over = next.ended().getLast();
        if (over.status() instanceof Over(DeploymentState outcome, _, _)
            && outcome == DeploymentState.SUCCESSFUL) {
          madeGood.put(over.to(), over.id());
        } else if (!state.bad().contains(over.to().release())) {
          madeBad.put(over.to().release(), over.id());
        }
      }
      state = next;
    }
    end.good().forEach(generation -> deployments.add(known(madeGood, generation)));
    end.bad().forEach(release -> deployments.add(known(madeBad, release)));
    if (end.wanted() != null) {
      deployments.add(known(madeGood, end.wanted()));
    }
  }

  private static <K> DeploymentId known(Map<K, DeploymentId> due, K key) {
    return Objects.requireNonNull(due.get(key), () -> "nothing made " + key + " what it is");
  }

  private List<AppEntry> keep() {
    List<AppEntry> kept = new ArrayList<>();
    Set<Mark> marks = new HashSet<>(end.floor().ledger());
    Set<ReleaseId> mentioned = new HashSet<>();
    for (int i = 0; i < entries.size(); i++) {
      AppEntry entry = entries.get(i);
      boolean matters =
          switch (entry) {
            case AppEntry.Opened opened -> opened.run() == end.run();
            case AppEntry.Listening listening -> listening.equals(end.socket());
            case AppEntry.Staged it ->
                marks.remove(new Mark(it.sequence(), it.digest()))
                    || (end.staged().contains(it.release()) && isLast(lastStaged, it.release(), i));
            case AppEntry.Removed it ->
                mentioned.contains(it.release()) && isLast(lastRemoved, it.release(), i);
            case DeploymentEntry it -> deployments.contains(it.id());
          };
      if (matters) {
        kept.add(entry);
        note(entry, mentioned);
      }
    }
    return kept;
  }

  private static boolean isLast(Map<ReleaseId, Integer> last, ReleaseId release, int index) {
    return Objects.equals(last.get(release), index);
  }

  /** Of what is kept of a release, its removal takes back what it brought. */
  private static void note(AppEntry entry, Set<ReleaseId> mentioned) {
    if (entry instanceof AppEntry.Staged staged) {
      mentioned.add(staged.release());
    } else if (entry instanceof DeploymentEntry.Begun begun) {
      mentioned.add(begun.to().release());
    }
  }
}
