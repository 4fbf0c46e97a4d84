package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.FakeHost.Place;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;

/** Years of an app's journal, made at random by the real planner, runner and state. */
final class Histories {
  private static final int SLOTS = 2;

  private final Random random;
  private final InstantSource clock = Samples.ticking();
  private final FakeHost host = new FakeHost();
  private final List<AppEntry> entries = new ArrayList<>();
  private AppState state = AppState.EMPTY;
  private long sequence;

  private Histories(long seed) {
    this.random = new Random(seed);
  }

  /** At least {@code length} entries; the same seed gives the same ones. */
  static List<AppEntry> random(long seed, int length) throws Exception {
    Histories history = new Histories(seed);
    history.open();
    while (history.entries.size() < length) {
      history.live();
    }
    return history.entries;
  }

  private void live() throws Exception {
    switch (random.nextInt(8)) {
      case 0 -> open();
      case 1, 2 -> stage();
      case 3 -> stageAgain();
      case 4 -> remove();
      default -> deploy();
    }
  }

  private void write(AppEntry entry) {
    state = state.after(entry);
    entries.add(entry);
  }

  private void open() throws Exception {
    write(new AppEntry.Opened(AppEntry.Opened.FORMAT, state.run() + 1, clock.instant()));
    if (random.nextBoolean()) {
      write(new AppEntry.Listening(random.nextInt(9_999), "boot", clock.instant()));
    }
    if (state.running() != null && random.nextInt(4) > 0) {
      run(false);
    }
  }

  private void stage() {
    sequence += 1 + random.nextInt(3);
    write(staged(sequence));
  }

  /** The same bundle once more, after retention had removed it. */
  private void stageAgain() {
    if (sequence > 0 && !state.staged().contains(release(sequence))) {
      write(staged(sequence));
    }
  }

  private AppEntry.Staged staged(long number) {
    return new AppEntry.Staged(release(number), number, "digest-" + number, clock.instant());
  }

  private static ReleaseId release(long number) {
    return new ReleaseId("r" + number);
  }

  private void remove() {
    anyStaged()
        .filter(id -> state.wanted() == null || !state.wanted().release().equals(id))
        .filter(id -> state.running() == null || !state.running().to().release().equals(id))
        .ifPresent(id -> write(new AppEntry.Removed(id, clock.instant())));
  }

  private Optional<ReleaseId> anyStaged() {
    List<ReleaseId> all = state.staged().stream().sorted((a, b) -> order(a, b)).toList();
    return all.isEmpty() ? Optional.empty() : Optional.of(all.get(random.nextInt(all.size())));
  }

  private static int order(ReleaseId a, ReleaseId b) {
    return a.value().compareTo(b.value());
  }

  private void deploy() throws Exception {
    Optional<ReleaseId> release = anyStaged();
    if (state.running() != null || release.isEmpty()) {
      return;
    }
    Generation to = new Generation(release.get(), ("a" + random.nextInt(3)).repeat(32));
    DeploymentKind kind = random.nextBoolean() ? DeploymentKind.DEPLOY : DeploymentKind.ROLLBACK;
    write(
        new DeploymentEntry.Begun(
            Samples.id(state.count() + 1),
            kind,
            state.wanted(),
            to,
            SLOTS,
            random.nextInt(8) > 0,
            "ci",
            clock.instant()));
    run(random.nextInt(10) == 0);
  }

  private void run(boolean dies) throws Exception {
    host.failing.clear();
    host.unflippable.clear();
    Deployment running = java.util.Objects.requireNonNull(state.running());
    if (random.nextInt(4) == 0) {
      host.failing.add(new Place(random.nextInt(SLOTS), running.to()));
    }
    if (running.from() != null && random.nextInt(10) == 0) {
      host.failing.add(new Place(random.nextInt(SLOTS), running.from()));
    }
    if (random.nextInt(10) == 0) {
      host.unflippable.add(running.to().release());
    }
    int[] left = {dies ? random.nextInt(4) : Integer.MAX_VALUE};
    DeploymentRunner.Log log =
        entry -> {
          if (left[0]-- == 0) {
            throw new java.io.IOException("dies");
          }
          write(entry);
        };
    try {
      new DeploymentRunner(host, host, log, clock).run(running);
    } catch (java.io.IOException e) {
      if (!dies) {
        throw e;
      }
    }
  }
}
