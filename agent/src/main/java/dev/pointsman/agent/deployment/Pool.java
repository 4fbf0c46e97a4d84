package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.Observed.SlotView;
import dev.pointsman.agent.deployment.Step.Gate;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import java.io.IOException;
import java.util.Map;
import java.util.Optional;

/** What a deployment needs of the app's workers. Called from the app's own thread. */
interface Pool {
  /** What each slot runs now. */
  Map<Integer, SlotView> observe();

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
   * Drains and stops what is in {@code slot}, and gives the slot up; blocks until it no longer
   * accepts.
   */
  void retire(int slot) throws InterruptedException;
}
