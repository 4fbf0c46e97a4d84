package dev.pointsman.agent.worker;

import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.worker.WorkerHandle.Stage;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What workers of every kind have: a process, a handle on disk, a private directory and a log. */
final class WorkerBody {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerBody.class);
  private static final int LAST_LINES = 20;

  private final Path directory;
  private final AppLogs logs;
  private volatile WorkerHandle handle;
  private volatile @Nullable RunningProcess process;

  WorkerBody(WorkerHandle handle, Path directory, AppLogs logs) {
    this.handle = handle;
    this.directory = directory;
    this.logs = logs;
  }

  /** Goes on with the process itself, once there is one. */
  void attach(RunningProcess running) {
    process = running;
  }

  WorkerHandle handle() {
    return handle;
  }

  Incarnation incarnation() {
    return handle.incarnation();
  }

  Path directory() {
    return directory;
  }

  @Nullable RunningProcess process() {
    return process;
  }

  /** Writes down how far it is let come. */
  synchronized void mark(Stage stage) {
    if (handle.stage() == stage) {
      return;
    }
    handle = handle.at(stage);
    try {
      handle.write(directory);
    } catch (IOException e) {
      LOG.warn(
          "A worker's handle could not be written. directory={} stage={}: {}",
          directory,
          stage,
          e.getMessage());
    }
  }

  /** Sends a signal, to it alone or to everything it started too. */
  void signal(Signal signal, boolean group) {
    RunningProcess running = process;
    if (running == null) {
      return;
    }
    try {
      boolean delivered = group ? running.signalGroup(signal) : running.signal(signal);
      LOG.debug(
          "Signalled a worker. incarnation={} signal={} delivered={}",
          handle.incarnation(),
          signal,
          delivered);
    } catch (IOException e) {
      LOG.warn(
          "A worker could not be signalled. incarnation={} signal={}: {}",
          handle.incarnation(),
          signal,
          e.getMessage());
    }
  }

  /** Resident memory now, in bytes; 0 where unknown. */
  long residentBytes() {
    RunningProcess running = process;
    try {
      return running == null ? 0 : running.residentBytes().orElse(0);
    } catch (IOException e) {
      LOG.debug("A worker's memory cannot be told. incarnation={}", incarnation(), e);
      return 0;
    }
  }

  /** So many writes of the process to its log were refused. */
  void refusedWrites(long count) {
    logs.refused(handle.slot(), count);
  }

  /** The last lines it wrote, oldest first. */
  List<String> lastLines() {
    return logs.tail(handle.slot(), incarnation().toString(), LAST_LINES);
  }

  /** Removes its directory and what lies beside it. */
  void delete() {
    try {
      WorkerDirectories.delete(directory);
    } catch (IOException e) {
      LOG.warn(
          "A worker's directory could not be removed. directory={}: {}", directory, e.getMessage());
    }
  }
}
