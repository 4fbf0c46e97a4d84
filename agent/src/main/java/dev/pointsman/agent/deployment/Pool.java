package dev.pointsman.agent.deployment;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;
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
   */
  record SlotView(
      Generation generation, @Nullable FailureResource trouble, @Nullable FailureResource fell) {}

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

  /** Has what is in {@code slot} drained and stopped, and gives the slot up. */
  void retire(int slot) throws InterruptedException;
}
