package dev.pointsman.agent.worker;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerState.Online;
import dev.pointsman.agent.worker.WorkerState.Stopped;
import dev.pointsman.protocol.api.ExitCause;
import dev.pointsman.protocol.api.FailureResource;
import java.io.IOException;
import java.time.Instant;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Tries a generation in private where its workers cannot be gated one by one: the first of them is,
 * in place of all others, and has gone before another begins.
 */
final class PrivateTrial {
  private final Roster roster;
  private final Launches launches;
  private final WorkerStory story;

  PrivateTrial(Roster roster, Launches launches, WorkerStory story) {
    this.roster = roster;
    this.launches = launches;
    this.story = story;
  }

  /**
   * Blocks until the worker on trial is gone, until {@code deadline} at most.
   *
   * @return why it failed; empty where it passed, or where the generation needs no such trial
   */
  Optional<FailureResource> run(int slot, Generation generation, Gate gate, Instant deadline)
      throws InterruptedException {
    Optional<Workshop> apart;
    try {
      apart = launches.workshop().trial(generation);
    } catch (IOException e) {
      return Optional.empty(); // The launch meets the same fault, and reports it.
    }
    return apart.isEmpty()
        ? Optional.empty()
        : run(launches.beginApart(slot, generation, gate, apart.get(), this::changed), deadline);
  }

  private Optional<FailureResource> run(WorkerSupervisor first, Instant deadline)
      throws InterruptedException {
    roster.putLeaving(first);
    boolean _ = roster.await(first::isDecided, deadline);
    boolean passed = first.view().state() instanceof Online;
    Optional<FailureResource> failure =
        passed
            ? Optional.empty()
            : Optional.of(
                Evidence.inTrial(
                    Succession.dismiss(first, ExitCause.FAILED_START, launches.config())));
    if (passed) {
      first.post(new WorkerEvent.DrainRequested(ExitCause.RETIRED));
    }
    boolean _ = roster.await(() -> first.view().state() instanceof Stopped, deadline);
    return failure;
  }

  private void changed(WorkerSupervisor worker, @Nullable WorkerState was, WorkerState is) {
    story.tellTrial(worker, was, is);
    roster.noteTrial(worker, is);
  }
}
