package dev.pointsman.agent.deployment;

import dev.pointsman.protocol.trust.SequenceFloor;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Leaves out of a journal what no longer matters: the rest, replayed, gives the same state. */
final class Compaction {
  private Compaction() {}

  /** The entries of {@code entries} that still matter, in their order. */
  static List<AppEntry> condense(List<AppEntry> entries) {
    AppState state = AppState.replay(entries);
    Set<DeploymentId> kept = keptDeployments(entries, state);
    long staged = entries.stream().filter(AppEntry.Staged.class::isInstance).count();
    long[] stagedSeen = {0};
    return entries.stream()
        .filter(entry ->
            switch (entry) {
              case AppEntry.Opened opened -> opened.run() == state.run();
              case AppEntry.Staged _ -> ++stagedSeen[0] > staged - SequenceFloor.LEDGER_SIZE;
              case AppEntry.Removed _ -> true;
              case AppEntry.Listening listening -> listening.equals(state.socket());
              case DeploymentEntry deployment -> kept.contains(deployment.id());
            })
        .toList();
  }

  /**
   * The remembered ones, and those that made a generation good, a release bad, or the app want what
   * it wants.
   */
  private static Set<DeploymentId> keptDeployments(List<AppEntry> entries, AppState state) {
    Set<DeploymentId> kept = new HashSet<>();
    state.ended().forEach(deployment -> kept.add(deployment.id()));
    for (AppEntry entry : entries) {
      if (entry instanceof DeploymentEntry.Begun begun) {
        boolean matters =
            state.good().contains(begun.to())
                || begun.to().equals(state.wanted())
                || state.bad().contains(begun.to().release());
        if (matters || (state.running() != null && state.running().id().equals(begun.id()))) {
          kept.add(begun.id());
        }
      }
    }
    return kept;
  }
}
