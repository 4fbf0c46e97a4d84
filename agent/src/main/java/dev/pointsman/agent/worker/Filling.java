package dev.pointsman.agent.worker;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.protocol.api.FailureResource;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** Gives empty slots their workers, many at the same time. */
final class Filling {
  private final Roster roster;
  private final Launches launches;
  private final PoolView view;

  Filling(Roster roster, Launches launches, PoolView view) {
    this.roster = roster;
    this.launches = launches;
    this.view = view;
  }

  /** Fills {@code slot}; returns at once. */
  void fill(int slot, Generation generation, Gate gate) {
    roster.fill(slot, () -> launches.begin(slot, generation, gate));
  }

  /**
   * Fills {@code slots}, and blocks until each has a worker online, or one that fell, or until
   * {@code deadline}.
   *
   * @return why one does not serve, or empty
   */
  Optional<FailureResource> fillAll(
      Set<Integer> slots, Generation generation, Gate gate, Instant deadline)
      throws InterruptedException {
    slots.forEach(slot -> fill(slot, generation, gate));
    boolean inTime = roster.await(() -> slots.stream().allMatch(this::hasSettled), deadline);
    Map<Integer, WorkerPool.Slot> now = view.slots();
    return slots.stream()
        .sorted()
        .map(slot -> Optional.ofNullable(now.get(slot)).flatMap(it -> unserved(slot, it, inTime)))
        .flatMap(Optional::stream)
        .findFirst();
  }

  private Optional<FailureResource> unserved(int slot, WorkerPool.Slot seen, boolean inTime) {
    if (seen.online() && seen.trouble() == null && seen.fell() == null) {
      return Optional.empty();
    }
    return Optional.ofNullable(seen.trouble())
        .or(() -> Optional.ofNullable(seen.fell()))
        .or(() -> Optional.of(Evidence.notUp(slot, inTime, launches.config())));
  }

  /** Whether {@code slot} has a worker that serves, or one that fell on its way there. */
  private boolean hasSettled(int slot) {
    WorkerSupervisor worker = roster.holder(slot);
    return worker == null
        || worker.view().state() instanceof Online
        || Evidence.hasFallen(worker)
        || Evidence.isTroubled(worker, launches.config());
  }
}
