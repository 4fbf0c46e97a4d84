package dev.pointsman.agent.listen;

import dev.pointsman.agent.process.RunningProcess;
import java.io.IOException;
import java.nio.file.Path;

/** Asks a worker for its listening socket, where the kernel does not let us take it. */
@FunctionalInterface
public interface Handover {
  /** A way that no worker knows. */
  Handover NONE = (worker, socket) -> false;

  /**
   * Asks {@code worker} to have {@link HandoverMain} send its socket to the unix datagram socket at
   * {@code datagramSocket}. Does not wait for that to happen.
   *
   * @return false where it cannot be asked
   */
  boolean ask(RunningProcess worker, Path datagramSocket) throws IOException;
}
