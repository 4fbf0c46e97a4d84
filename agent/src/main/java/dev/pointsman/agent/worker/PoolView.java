package dev.pointsman.agent.worker;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerPool.Slot;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.WorkerResource;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/** What can be seen of the workers of an app, and whether they are well. */
final class PoolView {
  private final Roster roster;
  private final Launches launches;

  PoolView(Roster roster, Launches launches) {
    this.roster = roster;
    this.launches = launches;
  }

  /** What each slot runs. */
  Map<Integer, Slot> slots() {
    Map<Integer, Slot> slots = new HashMap<>();
    roster
        .holders()
        .forEach((slot, worker) -> slots.put(slot, slot(worker))); // Evidence is read from disk.
    return slots;
  }

  private Slot slot(WorkerSupervisor worker) {
    return new Slot(
        worker.generation(),
        worker.view().state() instanceof Online,
        Evidence.trouble(worker, launches.config()),
        Evidence.fall(worker),
        Evidence.incarnation(worker.view().state()));
  }

  /** Every worker that has a process or is to have one, draining ones too; by slot, then by age. */
  List<WorkerResource> workers() {
    return roster.everybody().stream()
        .map(entry -> Evidence.resource(entry.worker(), entry.before()))
        .toList();
  }

  /** Whether every one of {@code slots} slots has a worker online, and none fails its probes. */
  boolean isHealthy(int slots) {
    Map<Integer, WorkerSupervisor> holders = roster.holders();
    for (int slot = 0; slot < slots; slot++) {
      WorkerSupervisor worker = holders.get(slot);
      if (worker == null
          || !(worker.view().state() instanceof Online)
          || Evidence.isTroubled(worker, launches.config())) {
        return false;
      }
    }
    return true;
  }

  /** Whether a worker of {@code generation} fell or turned bad. */
  boolean isAnyBad(Generation generation) {
    return roster.holders().values().stream()
        .filter(worker -> worker.generation().equals(generation))
        .anyMatch(
            worker -> Evidence.isTroubled(worker, launches.config()) || Evidence.hasFallen(worker));
  }

  /** How that was. */
  Optional<FailureResource> firstBad(Generation generation) {
    return slots().values().stream()
        .filter(slot -> slot.generation().equals(generation))
        .flatMap(slot ->
            Stream.concat(Stream.ofNullable(slot.trouble()), Stream.ofNullable(slot.fell())))
        .findFirst();
  }
}
