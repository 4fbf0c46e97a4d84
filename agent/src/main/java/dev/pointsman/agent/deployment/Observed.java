package dev.pointsman.agent.deployment;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What can be asked of the host.
 *
 * @param current what the link names; null for nothing
 * @param slots what each slot that exists runs
 */
record Observed(@Nullable ReleaseId current, Map<Integer, SlotView> slots) {
  Observed {
    slots = Map.copyOf(slots);
  }

  /** Whether {@code slot} serves {@code generation}. */
  boolean serves(int slot, Generation generation) {
    SlotView view = slots.get(slot);
    return view != null && view.generation().equals(generation) && view.trouble() == null;
  }

  /**
   * One slot.
   *
   * @param trouble why its worker does not serve as it should; null when all is well
   */
  record SlotView(Generation generation, @Nullable FailureResource trouble) {}
}
