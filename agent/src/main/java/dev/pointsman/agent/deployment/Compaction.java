package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor.Mark;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;

/**
 * Leaves out of a journal what no longer matters: the rest, replayed, gives the same state. What
 * remains is bounded by what the state remembers.
 */
final class Compaction {
  /** Entries that change nothing, but tell who allowed what. */
  static final int AUDITED = 50;

  private final List<AppEntry> entries;
  private final AppState end;
  private final Optional<String> firstEnvironment;
  private final int auditedFrom;
  private final Instant latestStart;
  private final Set<DeploymentId> deployments = new HashSet<>();
  private final Map<ReleaseId, Integer> lastStaged = new HashMap<>();
  private final Map<ReleaseId, Integer> lastRemoved = new HashMap<>();
  private final Map<ReleaseId, Integer> lastPinned = new HashMap<>();
  private final Map<Optional<String>, Integer> raisedAt = new HashMap<>();

  private Compaction(List<AppEntry> entries) {
    this.entries = entries;
    this.end = AppState.replay(entries);
    this.firstEnvironment = firstEnvironment(entries);
    this.auditedFrom = auditedFrom(entries);
    this.latestStart = latestStart(entries);
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
    Map<Object, DeploymentId> ordered = new HashMap<>();
    AppState state = AppState.EMPTY;
    for (int i = 0; i < entries.size(); i++) {
      AppEntry entry = entries.get(i);
      AppState next = state.after(entry);
      if (entry instanceof AppEntry.Staged staged) {
        lastStaged.put(staged.release(), i);
        if (!next.floor().high().equals(state.floor().high())) {
          raisedAt.put(environment(state), i);
        }
      } else if (entry instanceof AppEntry.Removed removed) {
        lastRemoved.put(removed.release(), i);
      } else if (entry instanceof AppEntry.Pinned pinned) {
        lastPinned.put(pinned.release(), i);
      } else if (state.running() != null && next.running() == null) {
        Deployment over = next.ended().getLast();
        if (over.status() instanceof Over(DeploymentState outcome, _, _)
            && outcome == DeploymentState.SUCCESSFUL
            && over.isAboutTheGeneration()) {
          madeGood.put(over.to(), over.id());
        } else if (next.bad().contains(over.to().release())
            && !state.bad().contains(over.to().release())) {
          madeBad.put(over.to().release(), over.id());
        }
      }
      if (entry instanceof DeploymentEntry it) {
        standing(next).forEach(order -> ordered.putIfAbsent(order, it.id()));
      }
      state = next;
    }
    standing(end).forEach(order -> deployments.add(known(ordered, order)));
    end.good().forEach(generation -> deployments.add(known(madeGood, generation)));
    end.bad().forEach(release -> deployments.add(known(madeBad, release)));
    if (end.wanted() != null) {
      deployments.add(known(madeGood, end.wanted()));
    }
  }

  /** The orders that hold; each has the time in it at which it was given. */
  private static List<Object> standing(AppState state) {
    List<Object> orders = new ArrayList<>();
    Optional.ofNullable(state.standing().scaled()).ifPresent(orders::add);
    Optional.ofNullable(state.standing().stopped()).ifPresent(orders::add);
    return orders;
  }

  private static <K> DeploymentId known(Map<K, DeploymentId> due, K key) {
    return Objects.requireNonNull(due.get(key), () -> "nothing made " + key + " what it is");
  }

  private List<AppEntry> keep() {
    List<AppEntry> kept = new ArrayList<>();
    Map<Optional<String>, Set<Mark>> marks = marks();
    Set<ReleaseId> mentioned = new HashSet<>();
    AppState state = AppState.EMPTY;
    for (int i = 0; i < entries.size(); i++) {
      AppEntry entry = entries.get(i);
      Optional<String> environment = environment(state);
      boolean matters =
          switch (entry) {
            case AppEntry.Opened opened ->
                opened.run() == end.run() || opened.at().equals(latestStart);
            case AppEntry.Listening listening -> listening.equals(end.socket().first());
            case AppEntry.AlsoListening it -> it.equals(end.socket().further().get(it.address()));
            case AppEntry.Environment _, AppEntry.SequenceReset _ -> true;
            case AppEntry.TaintAllowed _ -> i >= auditedFrom;
            case AppEntry.Pinned it ->
                end.pinned().contains(it.release()) && isLast(lastPinned, it.release(), i);
            case AppEntry.Unpinned _ -> false;
            case AppEntry.Staged it -> {
              Mark mark = new Mark(it.sequence(), it.digest());
              boolean first = marks.getOrDefault(environment, Set.of()).remove(mark);
              yield first
                  || isLast(raisedAt, environment, i)
                  || (end.staged().contains(it.release()) && isLast(lastStaged, it.release(), i));
            }
            case AppEntry.Removed it ->
                mentioned.contains(it.release()) && isLast(lastRemoved, it.release(), i);
            case DeploymentEntry it -> deployments.contains(it.id());
          };
      state = state.after(entry);
      if (matters) {
        kept.add(entry);
        note(entry, mentioned);
      }
    }
    return kept;
  }

  /** What is still known to have been accepted, in each environment. */
  private Map<Optional<String>, Set<Mark>> marks() {
    Map<Optional<String>, Set<Mark>> marks = new HashMap<>();
    end.floors()
        .others()
        .forEach((name, floor) -> marks.put(Optional.of(name), new HashSet<>(floor.ledger())));
    marks.put(environment(end), new HashSet<>(end.floor().ledger()));
    return marks;
  }

  /** Where the app was in {@code state}; before any was named, it was in the first that is. */
  private Optional<String> environment(AppState state) {
    return Optional.ofNullable(state.floors().environment()).or(() -> firstEnvironment);
  }

  private static Optional<String> firstEnvironment(List<AppEntry> entries) {
    return entries.stream()
        .filter(AppEntry.Environment.class::isInstance)
        .map(entry -> ((AppEntry.Environment) entry).environment())
        .findFirst();
  }

  /** A clock that was ahead once is not forgotten: see {@link AppLedger#latest}. */
  private static Instant latestStart(List<AppEntry> entries) {
    return entries.stream()
        .filter(AppEntry.Opened.class::isInstance)
        .map(AppEntry::at)
        .max(Instant::compareTo)
        .orElse(Instant.EPOCH);
  }

  /** The index of the first entry that is kept only for those who look back. */
  private static int auditedFrom(List<AppEntry> entries) {
    int left = AUDITED;
    for (int i = entries.size() - 1; i >= 0; i--) {
      if (entries.get(i) instanceof AppEntry.TaintAllowed && --left == 0) {
        return i;
      }
    }
    return 0;
  }

  private static <K> boolean isLast(Map<K, Integer> last, K key, int index) {
    return Objects.equals(last.get(key), index);
  }

  /** Of what is kept of a release, its removal takes back what it brought. */
  private static void note(AppEntry entry, Set<ReleaseId> mentioned) {
    if (entry instanceof AppEntry.Staged staged) {
      mentioned.add(staged.release());
    } else if (entry instanceof DeploymentEntry.Begun begun) {
      mentioned.add(begun.to().release());
    } else if (entry instanceof DeploymentEntry.StartBegun begun) {
      mentioned.add(begun.to().release());
    }
  }
}
