package dev.pointsman.agent;

import dev.pointsman.agent.deployment.AppEntry;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.AppState;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.release.Recovered;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What an app has on disk, opened and put in order after whatever ended the last run: its journal,
 * its releases, and what there is to say about them. Knows nothing of workers and sockets.
 */
record AppDisk(AppLedger ledger, ReleaseStore releases, List<String> notices) {
  private static final Logger LOG = LoggerFactory.getLogger(AppDisk.class);

  AppDisk {
    notices = List.copyOf(notices);
  }

  /**
   * Which disk.
   *
   * @param environment what the app's sequence numbers belong to
   */
  record Place(Path root, AppName app, String environment) {}

  /**
   * Opens and recovers. Running it twice, or stopping it anywhere and running it again, ends the
   * same, but for the count of runs.
   *
   * @param lastRun the number of the last run that left traces elsewhere: a journal that was lost
   *     knows less than the workers that go on
   */
  static AppDisk open(Place place, Durability durability, Clock clock, long lastRun)
      throws IOException {
    AppName app = place.app();
    ReleaseStore releases = ReleaseStore.open(place.root(), app, durability, clock);
    AppLedger ledger =
        AppLedger.open(place.root().resolve("apps").resolve(app.value()).resolve("journal"));
    try {
      long run = Math.max(ledger.state().run(), lastRun) + 1;
      ledger.append(new AppEntry.Opened(AppEntry.Opened.FORMAT, run, clock.instant()));
      if (!place.environment().equals(ledger.state().floors().environment())) {
        ledger.append(new AppEntry.Environment(place.environment(), clock.instant()));
      }
      Recovered recovered = releases.recover(ledger.state().staged(), wanted(ledger.state()));
      acknowledge(recovered.unacknowledged(), ledger, clock);
      return new AppDisk(ledger, releases, recovered.notices());
    } catch (IOException | RuntimeException e) {
      ledger.close();
      throw e;
    }
  }

  /** What {@code current} may name, the best first; nothing where nothing was ever deployed. */
  private static List<ReleaseId> wanted(AppState state) {
    return Stream.concat(
            Stream.ofNullable(state.wanted()),
            state.wanted() == null ? Stream.of() : state.good().reversed().stream())
        .map(Generation::release)
        .toList();
  }

  /** What the journal says of a release that is staged. */
  static AppEntry staged(StagedRelease release, Clock clock) {
    return new AppEntry.Staged(
        release.id(), release.manifest().sequence(), release.digest(), clock.instant());
  }

  /** Journals releases whose upload was never answered; all of them, where the journal was lost. */
  private static void acknowledge(List<StagedRelease> releases, AppLedger ledger, Clock clock)
      throws IOException {
    List<StagedRelease> bySequence =
        releases.stream()
            .sorted(Comparator.comparingLong(release -> release.manifest().sequence()))
            .toList();
    for (StagedRelease release : bySequence) {
      if (isPlausible(release, ledger.state().floor())) {
        ledger.append(staged(release, clock));
      } else {
        LOG.warn(
            "A release lies on disk that cannot have been accepted by this journal; it is left alone. app={} release={} sequence={}",
            release.manifest().app(),
            release.id(),
            release.manifest().sequence());
      }
    }
  }

  /** Whether {@code release} could be the next accepted one, or was accepted before. */
  private static boolean isPlausible(StagedRelease release, SequenceFloor floor) {
    long sequence = release.manifest().sequence();
    return floor.high().isEmpty()
        || sequence > floor.high().get().sequence()
        || floor.ledger().contains(new SequenceFloor.Mark(sequence, release.digest()));
  }
}
