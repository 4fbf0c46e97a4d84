package dev.pointsman.agent.worker;

import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import java.util.HashSet;
import java.util.Set;

/**
 * The workers that accept, or are about to; one that shows no life does not. Under the pool's lock.
 */
final class Acceptors {
  private final Set<WorkerSupervisor> accepting = new HashSet<>();
  private WorkerPool.Acceptance listener = _ -> {};

  /** Tells {@code next} how it is now, and of every change from now on. */
  void tell(WorkerPool.Acceptance next) {
    listener = next;
    next.changed(!accepting.isEmpty());
  }

  /** {@code worker} has come to {@code state}. */
  void note(WorkerSupervisor worker, WorkerState state) {
    boolean before = !accepting.isEmpty();
    boolean serves = state instanceof Online online && online.condition().hung() == null;
    if (serves || state instanceof Standby) {
      accepting.add(worker);
    } else {
      accepting.remove(worker);
    }
    if (before == accepting.isEmpty()) {
      listener.changed(!before);
    }
  }
}
