package dev.pointsman.agent.worker;

import dev.pointsman.agent.release.Generation;
import java.io.IOException;
import java.util.function.Consumer;

/** Where processes of workers come from. */
interface Workshop {
  /**
   * Starts a process. What happens to it is told to {@code events}, on any thread, {@link
   * WorkerEvent.Exited} last and exactly once.
   *
   * @throws IOException in words for a person, when it cannot be started
   */
  WorkerProcess launch(
      Incarnation who, int slot, Generation generation, Consumer<WorkerEvent> events)
      throws IOException;
}
