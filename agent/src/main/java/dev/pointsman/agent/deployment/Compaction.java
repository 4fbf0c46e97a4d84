package dev.pointsman.agent.deployment;

import dev.pointsman.protocol.bundle.ReleaseId;
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
    Set<ReleaseId> mentioned = mentioned(entries, kept);
    return entries.stream()
        .filter(entry ->
            switch (entry) {
              case AppEntry.Opened opened -> opened.run() == state.run();
              case AppEntry.Staged it ->
                  ++stagedSeen[0] > staged - SequenceFloor.LEDGER_SIZE
                      || state.staged().contains(it.release());
              case AppEntry.Removed it -> mentioned.contains(it.release());
              case AppEntry.Listening listening -> listening.equals(state.socket());
              case DeploymentEntry deployment -> kept.contains(deployment.id());
            })
        .toList();
  }

  /** Releases of which something is kept, so that their removal has to be kept, too. */
  private static Set<ReleaseId> mentioned(List<AppEntry> entries, Set<DeploymentId> kept) {
    Set<ReleaseId> mentioned = new HashSet<>();
    List<AppEntry.Staged> staged =
        entries.stream()
            .filter(AppEntry.Staged.class::isInstance)
            .map(AppEntry.Staged.class::cast)
            .toList();
    staged
        .subList(Math.max(0, staged.size() - SequenceFloor.LEDGER_SIZE), staged.size())
        .forEach(entry -> mentioned.add(entry.release()));
    for (AppEntry entry : entries) {
      if (entry instanceof DeploymentEntry.Begun begun && kept.contains(begun.id())) {
        mentioned.add(begun.to().release());
      }
    }
    return mentioned;
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
