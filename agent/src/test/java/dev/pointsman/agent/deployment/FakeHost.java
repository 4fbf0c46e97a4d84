package dev.pointsman.agent.deployment;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.Reason;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A host in memory, which outlives the agents that run on it. What fails depends on what is done
 * alone, never on how often: the same for an agent that comes back.
 */
final class FakeHost implements Pool, Links {
  /** A worker of a generation in a slot. */
  record Place(int slot, Generation generation) {}

  final Map<Integer, SlotView> slots = new TreeMap<>();
  final Set<Place> failing = new HashSet<>();
  final Set<Place> turningBad = new HashSet<>();
  final Set<Generation> unsettled = new HashSet<>();
  final Set<ReleaseId> unflippable = new HashSet<>();
  final List<Place> replaced = new ArrayList<>();
  final List<Step> done = new ArrayList<>();
  Runnable afterEffect = () -> {};
  boolean immortal;
  private long born;
  int fewest = Integer.MAX_VALUE;
  int most;
  private @Nullable ReleaseId current;

  /** A host on which {@code generation} serves in {@code count} slots. */
  static FakeHost serving(@Nullable Generation generation, int count) {
    FakeHost host = new FakeHost();
    if (generation != null) {
      host.current = generation.release();
      for (int slot = 0; slot < count; slot++) {
        host.slots.put(slot, new SlotView(generation, null, null, new Born(1, slot + 1L)));
      }
    }
    return host;
  }

  @Override
  public Map<Integer, SlotView> observe() {
    return Map.copyOf(slots);
  }

  @Override
  public Optional<FailureResource> replace(int slot, Generation generation, Gate gate) {
    done.add(new Step.Replace(slot, generation, gate));
    Place place = new Place(slot, generation);
    if (failing.contains(place)) {
      effect();
      return Optional.of(Samples.failure(Reason.WORKER_CRASHED, "slot " + slot + " fell"));
    }
    replaced.add(place);
    slots.put(
        slot,
        new SlotView(
            generation,
            turningBad.contains(place)
                ? Samples.failure(Reason.WORKER_UNHEALTHY, "slot " + slot + " turned bad")
                : null,
            null,
            new Born(2, ++born)));
    effect();
    return Optional.empty();
  }

  @Override
  public Optional<FailureResource> start(Set<Integer> which, Generation generation, Gate gate) {
    done.add(new Step.Start(which, generation, gate));
    Optional<FailureResource> failure = Optional.empty();
    for (int slot : new TreeSet<>(which)) {
      boolean falls = failing.contains(new Place(slot, generation));
      FailureResource fell =
          falls ? Samples.failure(Reason.WORKER_CRASHED, "slot " + slot + " fell") : null;
      slots.put(slot, new SlotView(generation, fell, fell, new Born(2, ++born)));
      failure = failure.or(() -> Optional.ofNullable(fell));
    }
    effect();
    return failure;
  }

  @Override
  public Optional<FailureResource> awaitGone() {
    return immortal
        ? Optional.of(Samples.failure(Reason.PROGRESS_DEADLINE_EXCEEDED, "one does not go"))
        : Optional.empty();
  }

  @Override
  public Optional<FailureResource> settle(Generation generation) {
    return unsettled.contains(generation)
        ? Optional.of(Samples.failure(Reason.WORKER_CRASHED, "the last one fell"))
        : Optional.empty();
  }

  @Override
  public void retire(int slot) {
    done.add(new Step.Retire(slot));
    slots.remove(slot);
    effect();
  }

  @Override
  public @Nullable ReleaseId current() {
    return current;
  }

  @Override
  public void flip(@Nullable ReleaseId release) throws IOException {
    if (release != null && unflippable.contains(release)) {
      throw new IOException("cannot flip current: No space left on device");
    }
    done.add(new Step.Flip(release));
    current = release;
    effect();
  }

  private void effect() {
    fewest = Math.min(fewest, slots.size());
    most = Math.max(most, slots.size());
    afterEffect.run();
  }

  /** What every slot runs, where it is one generation. */
  Set<Generation> running() {
    Set<Generation> all = new HashSet<>();
    slots.values().forEach(slot -> all.add(slot.generation()));
    return all;
  }
}
