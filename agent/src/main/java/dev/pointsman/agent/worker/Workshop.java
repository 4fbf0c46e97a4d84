package dev.pointsman.agent.worker;

import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.util.Optional;
import java.util.function.Consumer;

/** Where processes of workers come from. */
interface Workshop {
  /**
   * Starts a process. What happens to it is told to {@code events}, on any thread, {@link
   * WorkerEvent.Exited} last and exactly once.
   *
   * @throws Rejected where what is to be started cannot work
   * @throws IOException where this host cannot start it now
   */
  WorkerProcess launch(
      Incarnation who, int slot, Generation generation, Consumer<WorkerEvent> events)
      throws IOException, Rejected;

  /**
   * Where {@code generation} is tried on sockets that only the agent knows, before any of its
   * workers gets the public ones; empty where it is gated otherwise.
   */
  default Optional<Workshop> trial(Generation generation) throws IOException {
    return Optional.empty();
  }

  /**
   * Whether a worker of {@code generation} accepts from the shared sockets when it likes, before it
   * is known to be healthy: nothing in it waits to be let in.
   */
  default boolean acceptsUnasked(Generation generation) throws IOException {
    return false;
  }
}
