package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.DeploymentStatus.Over;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.api.ReleaseState;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What an app's journal says, all of it: {@link #after} is the only thing that changes it, live and
 * in replay alike.
 *
 * @param run how often the agent has started with this app
 * @param floors what keeps old releases from coming back by upload, for each environment
 * @param staged releases that were accepted and not removed since
 * @param wanted what the slots are to run: written by intent alone, never derived from what happens
 *     to be running
 * @param good of each release the generation that was deployed successfully last; the last one last
 * @param bad releases that failed here
 * @param running the deployment in progress
 * @param ended the last deployments that are over, the last one last
 * @param count how many deployments there have been
 * @param socket the shared sockets as they were bound last
 * @param pinned releases that retention leaves alone
 * @param standing what operators ordered for good
 */
public record AppState(
    long run,
    Floors floors,
    Set<ReleaseId> staged,
    @Nullable Generation wanted,
    List<Generation> good,
    Set<ReleaseId> bad,
    @Nullable Deployment running,
    List<Deployment> ended,
    long count,
    Sockets socket,
    Set<ReleaseId> pinned,
    Standing standing) {
  /** Deployments that are remembered. */
  static final int REMEMBERED = 50;

  private static final Set<String> NOT_OF_THE_RELEASE =
      Set.of(Reason.HOST_FAULT.wire(), Reason.PROGRESS_DEADLINE_EXCEEDED.wire());

  /** Before the first record. */
  public static final AppState EMPTY =
      new AppState(
          0,
          Floors.EMPTY,
          Set.of(),
          null,
          List.of(),
          Set.of(),
          null,
          List.of(),
          0,
          Sockets.NONE,
          Set.of(),
          Standing.NONE);

  public AppState {
    staged = Set.copyOf(staged);
    good = List.copyOf(good);
    bad = Set.copyOf(bad);
    ended = List.copyOf(ended);
    pinned = Set.copyOf(pinned);
  }

  /** The state after all of {@code entries}. */
  static AppState replay(List<AppEntry> entries) {
    AppState state = EMPTY;
    for (AppEntry entry : entries) {
      state = state.after(entry);
    }
    return state;
  }

  /** What keeps old releases from coming back by upload, where the app is now. */
  public SequenceFloor floor() {
    return floors.current();
  }

  private AppState with(Floors next) {
    return new AppState(
        run, next, staged, wanted, good, bad, running, ended, count, socket, pinned, standing);
  }

  private AppState with(Sockets next) {
    return new AppState(
        run, floors, staged, wanted, good, bad, running, ended, count, next, pinned, standing);
  }

  private AppState withPinned(Set<ReleaseId> next) {
    return new AppState(
        run, floors, staged, wanted, good, bad, running, ended, count, socket, next, standing);
  }

  private AppState withRunning(@Nullable Deployment next) {
    return new AppState(
        run, floors, staged, wanted, good, bad, next, ended, count, socket, pinned, standing);
  }

  /** The state after {@code entry}. */
  AppState after(AppEntry entry) {
    return switch (entry) {
      case AppEntry.Opened opened ->
          new AppState(
              opened.run(),
              floors,
              staged,
              wanted,
              good,
              bad,
              running,
              ended,
              count,
              socket,
              pinned,
              standing);
      case AppEntry.Staged(ReleaseId release, long sequence, String digest, _) ->
          new AppState(
              run,
              floors.accepted(sequence, digest),
              with(staged, release),
              wanted,
              good,
              bad,
              running,
              ended,
              count,
              socket,
              pinned,
              standing);
      case AppEntry.Removed(ReleaseId gone, _) ->
          new AppState(
              run,
              floors,
              without(staged, gone),
              wanted,
              goodWithout(gone),
              without(bad, gone),
              running,
              ended,
              count,
              socket,
              without(pinned, gone),
              standing);
      case AppEntry.Listening listening -> with(socket.with(listening));
      case AppEntry.AlsoListening listening -> with(socket.with(listening));
      case AppEntry.Environment entered -> with(floors.enter(entered.environment()));
      case AppEntry.SequenceReset reset -> with(floors.reset(reset.sequence()));
      case AppEntry.TaintAllowed _ -> this;
      case AppEntry.Pinned it -> withPinned(with(pinned, it.release()));
      case AppEntry.Unpinned it -> withPinned(without(pinned, it.release()));
      case DeploymentEntry.Beginning beginning -> begin(beginning);
      case DeploymentEntry other -> advance(other);
    };
  }

  private AppState begin(DeploymentEntry.Beginning beginning) {
    if (running != null) {
      throw new IllegalStateException(beginning.id() + " begins while " + running.id() + " runs");
    }
    Deployment begun = Deployment.begin(beginning);
    return new AppState(
        run,
        floors,
        staged,
        wanted,
        good,
        bad,
        begun,
        ended,
        begun.id().number(),
        socket,
        pinned,
        standing.from(begun));
  }

  private AppState advance(DeploymentEntry entry) {
    if (running == null) {
      throw new IllegalStateException(entry + " without a deployment");
    }
    Deployment next = running.after(entry);
    return switch (next.status()) {
      case DeploymentStatus.Running _, DeploymentStatus.Reverting _ -> withRunning(next);
      case Over over -> finish(next, over);
    };
  }

  private AppState finish(Deployment over, Over end) {
    List<Deployment> history =
        new ArrayList<>(ended.size() < REMEMBERED ? ended : ended.subList(1, ended.size()));
    history.add(over);
    ReleaseId release = over.to().release();
    boolean success = end.outcome() == DeploymentState.SUCCESSFUL;
    boolean proves = over.isAboutTheGeneration();
    Generation nowWanted = wanted;
    List<Generation> nowGood = good;
    Set<ReleaseId> nowBad = bad;
    if (proves && success) {
      nowWanted = over.to();
      nowGood = new ArrayList<>(goodWithout(release));
      nowGood.add(over.to());
      nowBad = without(bad, release);
    } else if (proves && isToBlame(release, end.failure())) {
      nowBad = with(bad, release);
    }
    return new AppState(
        run,
        floors,
        staged,
        nowWanted,
        nowGood,
        nowBad,
        null,
        history,
        count,
        socket,
        pinned,
        standing.after(over, success, end.at()));
  }

  /**
   * A release that has run well here is not bad because it did not come up once more; and none is
   * because the host failed, or earlier workers did not make room.
   */
  private boolean isToBlame(ReleaseId release, @Nullable FailureResource failure) {
    boolean blameless = failure != null && NOT_OF_THE_RELEASE.contains(failure.reason());
    return !blameless
        && good.stream().noneMatch(generation -> generation.release().equals(release));
  }

  private List<Generation> goodWithout(ReleaseId release) {
    return good.stream().filter(generation -> !generation.release().equals(release)).toList();
  }

  private static Set<ReleaseId> with(Set<ReleaseId> releases, ReleaseId release) {
    Set<ReleaseId> more = new LinkedHashSet<>(releases);
    more.add(release);
    return more;
  }

  private static Set<ReleaseId> without(Set<ReleaseId> releases, ReleaseId release) {
    Set<ReleaseId> rest = new LinkedHashSet<>(releases);
    rest.remove(release);
    return rest;
  }

  /**
   * Where {@code rollback} goes without being told: the last good generation of another release
   * than the wanted one; after a deployment that got stuck, the wanted one itself.
   */
  public Optional<Generation> previousGood() {
    if (wanted != null && running == null && isStuck()) {
      return Optional.of(wanted);
    }
    return good.reversed().stream()
        .filter(generation -> wanted == null || !generation.release().equals(wanted.release()))
        .findFirst();
  }

  private boolean isStuck() {
    return !ended.isEmpty()
        && ended.getLast().status() instanceof Over(DeploymentState outcome, _, _)
        && outcome == DeploymentState.STUCK;
  }

  /** The last good generation of {@code release}. */
  public Optional<Generation> lastGood(ReleaseId release) {
    return good.reversed().stream()
        .filter(generation -> generation.release().equals(release))
        .findFirst();
  }

  /** The running deployment, else the last one. */
  public Optional<Deployment> latest() {
    return running != null
        ? Optional.of(running)
        : ended.isEmpty() ? Optional.empty() : Optional.of(ended.getLast());
  }

  /** The deployment with this id, while it is remembered. */
  public Optional<Deployment> deployment(DeploymentId id) {
    if (running != null && running.id().equals(id)) {
      return Optional.of(running);
    }
    return ended.stream().filter(deployment -> deployment.id().equals(id)).findFirst();
  }

  /** The state of a release that is here. */
  public ReleaseState stateOf(ReleaseId release) {
    if (wanted != null && wanted.release().equals(release)) {
      return ReleaseState.ACTIVE;
    }
    if (bad.contains(release)) {
      return ReleaseState.BAD;
    }
    return lastGood(release).isPresent() ? ReleaseState.GOOD : ReleaseState.STAGED;
  }
}
