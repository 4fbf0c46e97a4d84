package dev.pointsman.agent;

import dev.pointsman.agent.deployment.Born;
import dev.pointsman.agent.deployment.Pool;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.Incarnation;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.protocol.api.FailureResource;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** The workers as a deployment sees them. */
record AppPool(WorkerPool workers) implements Pool {
  @Override
  public Map<Integer, SlotView> observe() {
    Map<Integer, SlotView> seen = new HashMap<>();
    workers
        .slots()
        .forEach((slot, it) ->
            seen.put(
                slot,
                new SlotView(it.generation(), it.trouble(), it.fell(), born(it.incarnation()))));
    return seen;
  }

  @Override
  public Optional<FailureResource> replace(int slot, Generation generation, Gate gate)
      throws InterruptedException {
    return workers.replace(slot, generation, gate == Gate.KNOWN_GOOD);
  }

  /** When the worker of {@code incarnation} was begun. */
  static Born born(Incarnation incarnation) {
    return new Born(incarnation.run(), incarnation.worker());
  }

  @Override
  public Optional<FailureResource> start(Set<Integer> slots, Generation generation, Gate gate)
      throws InterruptedException {
    return workers.start(slots, generation, gate == Gate.KNOWN_GOOD);
  }

  @Override
  public Optional<FailureResource> awaitGone() throws InterruptedException {
    return workers.awaitGone();
  }

  @Override
  public Optional<FailureResource> settle(Generation generation) throws InterruptedException {
    return workers.settle(generation);
  }

  @Override
  public void retire(int slot) throws InterruptedException {
    workers.retireForGood(slot);
  }
}
