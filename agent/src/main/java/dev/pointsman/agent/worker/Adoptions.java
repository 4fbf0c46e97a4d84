package dev.pointsman.agent.worker;

import dev.pointsman.agent.process.ProcessIdentity;
import dev.pointsman.agent.worker.WorkerHandle.Stage;
import dev.pointsman.protocol.api.ExitCause;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over the workers of an earlier run of the agent: those that were let in go on, those that
 * were draining finish, those that were still private are ended, for they have no users to lose. A
 * worker without the preload is never private, unless it is on trial: it is asked to finish too.
 */
final class Adoptions {
  private static final Logger LOG = LoggerFactory.getLogger(Adoptions.class);
  private static final Duration CONFIRMATION = Duration.ofSeconds(5);

  private final Roster roster;
  private final Launches launches;
  private final NodeWorkshop shop;

  Adoptions(Roster roster, Launches launches, NodeWorkshop shop) {
    this.roster = roster;
    this.launches = launches;
    this.shop = shop;
  }

  /** Blocks until it is clear which worker each slot has. */
  void run() throws IOException, InterruptedException {
    Map<Integer, WorkerSupervisor> holders = new TreeMap<>();
    for (Path directory : WorkerDirectories.list(shop.runDirectory())) {
      Optional<WorkerHandle> handle = WorkerHandle.read(directory);
      if (handle.isEmpty() || handle.get().isPrivate()) {
        end(directory, handle);
        continue;
      }
      Optional<WorkerSupervisor> worker = takeOver(handle.get(), directory);
      if (worker.isEmpty()) {
        delete(directory);
      } else if (handle.get().stage() != Stage.OPENED) {
        roster.putLeaving(worker.get());
      } else {
        settle(worker.get(), holders);
      }
    }
  }

  /**
   * Gives the slot to {@code newer} once it is seen to accept; only then may the one before it,
   * which accepts too, leave. Where it is not seen to, it drains, for it may accept nevertheless.
   */
  private void settle(WorkerSupervisor newer, Map<Integer, WorkerSupervisor> holders)
      throws InterruptedException {
    WorkerSupervisor before = holders.get(newer.slot());
    if (before != null && !roster.awaitOnline(newer, CONFIRMATION)) {
      roster.leave(newer, ExitCause.DEPLOYED);
      return;
    }
    holders.put(newer.slot(), newer);
    roster.put(newer);
    if (before != null) {
      roster.leave(before, ExitCause.DEPLOYED);
    }
  }

  /** What is left of a worker that is gone must not keep the agent from starting. */
  private static void delete(Path directory) {
    try {
      WorkerDirectories.delete(directory);
    } catch (IOException e) {
      LOG.warn(
          "What a worker left could not be removed. directory={}: {}", directory, e.getMessage());
    }
  }

  private Optional<WorkerSupervisor> takeOver(WorkerHandle handle, Path directory)
      throws IOException {
    Transition first =
        handle.stage() != Stage.OPENED
            ? launches.machine().adoptDraining(handle.incarnation(), launches.clock().instant())
            : launches
                .machine()
                .adopt(
                    handle.incarnation(),
                    launches.clock().instant().minus(handle.process().age()),
                    launches.clock().instant());
    Optional<WorkerSupervisor> worker =
        WorkerSupervisor.goOn(
            launches.job(handle.slot(), handle.generation()),
            first,
            events -> shop.adopt(handle, directory, events));
    LOG.info(
        "{} incarnation={} slot={} pid={} generation={}",
        worker.isPresent() ? "Adopted a worker." : "A worker ended while the agent was away.",
        handle.incarnation(),
        handle.slot(),
        handle.process().pid(),
        handle.generation());
    return worker;
  }

  private void end(Path directory, Optional<WorkerHandle> handle) throws IOException {
    if (handle.isPresent()) {
      shop.kill(handle.get().process());
    }
    for (ProcessIdentity stray : shop.strays(directory)) {
      LOG.info(
          "Ended a worker that had not been let in. directory={} pid={}", directory, stray.pid());
      shop.kill(stray);
    }
    delete(directory);
  }
}
