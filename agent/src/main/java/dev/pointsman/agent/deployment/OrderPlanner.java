package dev.pointsman.agent.deployment;

import dev.pointsman.agent.deployment.Pool.Gate;
import dev.pointsman.agent.deployment.Pool.SlotView;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.FailureResource;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.IntPredicate;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * Decides the next step of a restart, of a change of the number of workers, and of a stop and a
 * start. Pure, as {@link DeploymentPlanner} is.
 */
final class OrderPlanner {
  private OrderPlanner() {}

  static Step forward(Deployment deployment, Observed seen) {
    return switch (deployment.order()) {
      case Order.Roll _ -> throw new IllegalStateException(deployment.id() + " is a roll");
      case Order.Restart restart -> restart(deployment, restart, seen);
      case Order.Scale scale -> scale(deployment, scale, seen);
      case Order.Stop _ -> surplus(seen, 0).orElse(new Step.End(DeploymentState.SUCCESSFUL));
      case Order.Start _ -> start(deployment, seen);
    };
  }

  /**
   * A restart changes nothing that could be changed back, and neither does a stop; a start that
   * does not bring up what ran before leaves what it could bring up.
   */
  static Step back(Deployment deployment, Observed seen, boolean touched) {
    return switch (deployment.order()) {
      case Order.Roll _ -> throw new IllegalStateException(deployment.id() + " is a roll");
      case Order.Restart _, Order.Stop _ -> new Step.End(DeploymentState.FAILED);
      case Order.Scale(int before, _) ->
          missing(seen, before)
              .<Step>map(slot -> new Step.Replace(slot, deployment.to(), Gate.KNOWN_GOOD))
              .or(() -> surplus(seen, before))
              .orElse(new Step.End(touched ? DeploymentState.REVERTED : DeploymentState.FAILED));
      case Order.Start _ -> withdraw(deployment, seen);
    };
  }

  private static Step restart(Deployment deployment, Order.Restart restart, Observed seen) {
    IntPredicate isNew = slot -> isNew(seen.slots().get(slot), deployment.to(), restart.since());
    Set<Integer> slots =
        restart.slot() == null ? slots(deployment.slots()) : Set.of(restart.slot());
    FailureResource failure = failure(seen, slot -> slots.contains(slot) && isNew.test(slot), true);
    if (failure != null) {
      return new Step.Fail(failure);
    }
    Optional<Integer> next = slots.stream().filter(slot -> !isNew.test(slot)).min(Integer::compare);
    if (next.isPresent()) {
      return new Step.Replace(next.get(), deployment.to(), Gate.FULL);
    }
    return (restart.slot() == null ? surplus(seen, deployment.slots()) : Optional.<Step>empty())
        .orElse(new Step.End(DeploymentState.SUCCESSFUL));
  }

  private static boolean isNew(@Nullable SlotView view, Generation generation, Born since) {
    return view != null && view.generation().equals(generation) && view.born().isAfter(since);
  }

  /**
   * Only those that are added are judged: that the others do badly may be why there are to be more.
   */
  private static Step scale(Deployment deployment, Order.Scale scale, Observed seen) {
    FailureResource failure = failure(seen, slot -> slot >= scale.before(), true);
    if (failure != null && deployment.slots() > scale.before()) {
      return new Step.Fail(failure);
    }
    return missing(seen, deployment.slots())
        .<Step>map(slot -> new Step.Replace(slot, deployment.to(), Gate.FULL))
        .or(() -> surplus(seen, deployment.slots()))
        .orElse(new Step.End(DeploymentState.SUCCESSFUL));
  }

  private static Step start(Deployment deployment, Observed seen) {
    Generation to = deployment.to();
    if (!to.release().equals(seen.current())) {
      return new Step.Flip(to.release());
    }
    boolean proved = to.equals(deployment.from());
    Set<Integer> empty = new TreeSet<>(slots(deployment.slots()));
    empty.removeAll(seen.slots().keySet());
    if (!empty.isEmpty()) {
      return new Step.Start(empty, to, proved ? Gate.KNOWN_GOOD : Gate.FULL);
    }
    FailureResource failure = failure(seen, _ -> true, !proved);
    return failure != null ? new Step.Fail(failure) : new Step.End(DeploymentState.SUCCESSFUL);
  }

  /** What did not prove itself goes again, and the app is stopped as before. */
  private static Step withdraw(Deployment deployment, Observed seen) {
    Generation from = Objects.requireNonNull(deployment.from());
    if (deployment.to().equals(from)) {
      return new Step.End(DeploymentState.FAILED);
    }
    Optional<Step> surplus = surplus(seen, 0);
    if (surplus.isPresent()) {
      return surplus.get();
    }
    return from.release().equals(seen.current())
        ? new Step.End(DeploymentState.FAILED)
        : new Step.Flip(from.release());
  }

  /** The lowest of {@code count} slots that has no worker. */
  private static Optional<Integer> missing(Observed seen, int count) {
    return slots(count).stream()
        .filter(slot -> !seen.slots().containsKey(slot))
        .min(Integer::compare);
  }

  /** The highest slot that exists beyond {@code count}. */
  static Optional<Step> surplus(Observed seen, int count) {
    return seen.slots().keySet().stream()
        .filter(slot -> slot >= count)
        .max(Integer::compare)
        .map(Step.Retire::new);
  }

  /** What is wrong in one of the slots that count; {@code falls}: having fallen counts too. */
  private static @Nullable FailureResource failure(
      Observed seen, IntPredicate counts, boolean falls) {
    return seen.slots().entrySet().stream()
        .filter(slot -> counts.test(slot.getKey()))
        .sorted(Map.Entry.comparingByKey())
        .map(slot -> wrong(slot.getValue(), falls))
        .flatMap(Optional::stream)
        .findFirst()
        .orElse(null);
  }

  private static Optional<FailureResource> wrong(SlotView view, boolean falls) {
    return Optional.ofNullable(view.trouble())
        .or(() -> falls ? Optional.ofNullable(view.fell()) : Optional.empty());
  }

  private static Set<Integer> slots(int count) {
    return IntStream.range(0, count).boxed().collect(Collectors.toSet());
  }
}
