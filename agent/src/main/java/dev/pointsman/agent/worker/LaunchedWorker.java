package dev.pointsman.agent.worker;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.RunningProcess;
import java.nio.file.Path;

/** A worker as the workshop that started it handles it. */
interface LaunchedWorker extends WorkerProcess {
  /** Goes on with the process itself, once there is one. */
  void attach(RunningProcess running);

  /** What the reaper says: the process has ended, perhaps because memory ran out. */
  void exited(ExitStatus status, boolean outOfMemory);

  /** Asks it to send the shared socket to {@code path}; false where it cannot be asked. */
  boolean askForSocket(Path path);
}
