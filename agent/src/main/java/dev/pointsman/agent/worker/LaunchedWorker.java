package dev.pointsman.agent.worker;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import java.nio.file.Path;
import java.util.List;

/** A worker as the workshop that started it handles it. */
interface LaunchedWorker extends WorkerProcess {
  /** What it has in common with workers of every kind. */
  WorkerBody body();

  @Override
  default Incarnation incarnation() {
    return body().incarnation();
  }

  @Override
  default int pid() {
    return body().handle().process().pid();
  }

  @Override
  default void kill() {
    body().signal(Signal.SIGKILL, true);
  }

  @Override
  default long residentBytes() {
    return body().residentBytes();
  }

  @Override
  default List<String> lastLines() {
    return body().lastLines();
  }

  @Override
  default void dispose() {
    abandon();
    body().delete();
  }

  /** Goes on with the process itself, once there is one. */
  void attach(RunningProcess running);

  /** What the reaper says: the process has ended, perhaps because memory ran out. */
  void exited(ExitStatus status, boolean outOfMemory);

  /** Asks it to send the shared socket to {@code path}; false where it cannot be asked. */
  boolean askForSocket(Path path);
}
