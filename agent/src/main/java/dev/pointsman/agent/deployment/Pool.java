package dev.pointsman.agent.deployment;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What a deployment needs of the app's workers. Called from the app's own thread. */
public interface Pool {
  /** What each slot runs now. */
  Map<Integer, SlotView> observe();

  /**
   * One slot.
   *
   * @param trouble why its worker does not serve as it should; null when all is well
   * @param fell how its worker ended by itself, though it may serve again; null if it never did
   * @param born when its worker was begun
   */
  record SlotView(
      Generation generation,
      @Nullable FailureResource trouble,
      @Nullable FailureResource fell,
      Born born) {}

  /** How a worker has to prove itself before it may accept. */
  enum Gate {
    /** All passes, and well for min_healthy_time. */
    FULL,
    /** On the way back to what is known to be good: one pass. */
    KNOWN_GOOD
  }

  /**
   * Starts a worker of {@code generation} beside what is in {@code slot}, gates it, lets it accept,
   * then tells the old one to drain. Blocks until the new one accepts or is gone; what was in the
   * slot before is untouched in the latter case.
   *
   * @return why it did not work, or empty
   * @throws IOException when this host, and not the worker, is to blame
   */
  Optional<FailureResource> replace(int slot, Generation generation, Gate gate)
      throws IOException, InterruptedException;

  /**
   * Gives each of {@code slots}, which are empty, a worker of {@code generation}, all at the same
   * time. Blocks until each serves, or has fallen, or did not come up in time. Those that do not
   * serve are tried again for as long as they have their slots.
   *
   * @return why one of them does not serve, or empty
   */
  Optional<FailureResource> start(Set<Integer> slots, Generation generation, Gate gate)
      throws InterruptedException;

  /**
   * Blocks until every worker that was retired is gone.
   *
   * @return which one does not go, or empty
   */
  Optional<FailureResource> awaitGone() throws InterruptedException;

  /**
   * Watches workers of {@code generation} that serve already, all of them together, for as long as
   * a new one has to be well before it may serve. Blocks for that long, or until one falls.
   *
   * @return how one turned bad meanwhile, or empty
   */
  Optional<FailureResource> settle(Generation generation) throws InterruptedException;

  /** Has what is in {@code slot} drained and stopped, and gives the slot up. */
  void retire(int slot) throws InterruptedException;
}
