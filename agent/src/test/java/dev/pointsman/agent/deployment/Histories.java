package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.FakeHost.Place;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
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
    switch (random.nextInt(9)) {
      case 0 -> open();
      case 8 -> administer();
      case 1, 2 -> stage();
      case 3 -> stageAgain();
      case 4 -> remove();
      case 5 -> order();
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

  /** What an operator does, seldom. */
  private void administer() {
    switch (random.nextInt(24)) {
      case 0 -> {
        sequence = Math.max(0, sequence - random.nextInt(20));
        write(new AppEntry.SequenceReset(sequence, "why not", "ops", clock.instant()));
      }
      case 1 -> {
        write(new AppEntry.Environment("e" + random.nextInt(3), clock.instant()));
        sequence = state.floor().high().map(SequenceFloor.Mark::sequence).orElse(0L);
      }
      case 2, 3 ->
          anyStaged()
              .ifPresent(
                  id -> write(new AppEntry.TaintAllowed(id, "revoked", "ops", clock.instant())));
      case 4, 5, 6, 7 ->
          anyStaged().ifPresent(id -> write(new AppEntry.Pinned(id, "ops", clock.instant())));
      case 8, 9 ->
          anyStaged().ifPresent(id -> write(new AppEntry.Unpinned(id, "ops", clock.instant())));
      default -> stage();
    }
  }

  private void stage() {
    sequence += 1 + random.nextInt(3);
    write(staged(sequence));
  }

  /** The same bundle once more, after retention had removed it. */
  private void stageAgain() {
    Optional<String> high = state.floor().high().map(SequenceFloor.Mark::digest);
    if (high.equals(Optional.of("digest-" + sequence))
        && !state.staged().contains(release(sequence))) {
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

  /** What an operator does with the workers. */
  private void order() throws Exception {
    Generation wanted = state.wanted();
    if (state.running() != null || wanted == null) {
      return;
    }
    DeploymentId id = Samples.id(state.count() + 1);
    int slots = state.standing().slots(SLOTS);
    write(
        switch (random.nextInt(5)) {
          case 0 ->
              new DeploymentEntry.RestartBegun(
                  id,
                  wanted,
                  slots,
                  random.nextBoolean() ? 0 : null,
                  Born.NEVER,
                  "ops",
                  clock.instant());
          case 1, 2 ->
              new DeploymentEntry.ScaleBegun(
                  id, wanted, slots, 1 + random.nextInt(3), SLOTS, "ops", clock.instant());
          case 3 -> new DeploymentEntry.StopBegun(id, wanted, slots, "ops", clock.instant());
          default ->
              new DeploymentEntry.StartBegun(
                  id,
                  wanted,
                  anyStaged().map(to -> new Generation(to, "a7".repeat(32))).orElse(wanted),
                  slots,
                  "ops",
                  clock.instant());
        });
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
