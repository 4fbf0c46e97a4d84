package dev.pointsman.agent.worker;

import dev.pointsman.agent.worker.WorkerState.Launching;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Standby;
import java.util.HashSet;
import java.util.Set;

/**
 * The workers that accept, or are about to, and those that may without having been let in; one that
 * shows no life does not. Under the pool's lock.
 */
final class Acceptors {
  private final Set<WorkerSupervisor> accepting = new HashSet<>();
  private final Set<WorkerSupervisor> perhaps = new HashSet<>();
  private Acceptance.Listener listener = _ -> {};

  /** Tells {@code next} how it is now, and of every change from now on. */
  void tell(Acceptance.Listener next) {
    listener = next;
    next.changed(now());
  }

  /** {@code worker} has come to {@code state}. */
  void note(WorkerSupervisor worker, WorkerState state) {
    Acceptance before = now();
    boolean serves = state instanceof Online online && online.condition().hung() == null;
    keep(accepting, worker, serves || state instanceof Standby);
    keep(perhaps, worker, state instanceof Launching && worker.acceptsUnasked());
    if (before != now()) {
      listener.changed(now());
    }
  }

  private static void keep(Set<WorkerSupervisor> workers, WorkerSupervisor worker, boolean isOne) {
    if (isOne) {
      workers.add(worker);
    } else {
      workers.remove(worker);
    }
  }

  private Acceptance now() {
    if (!accepting.isEmpty()) {
      return Acceptance.SOME;
    }
    return perhaps.isEmpty() ? Acceptance.NONE : Acceptance.UNKNOWN;
  }
}
