package dev.pointsman.agent.worker;

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
  private final Path log;
  private final long logStart;
  private volatile WorkerHandle handle;
  private volatile @Nullable RunningProcess process;

  /** {@code logStart}: where in {@code log} this process began to write. */
  WorkerBody(WorkerHandle handle, Path directory, Path log, long logStart) {
    this.handle = handle;
    this.directory = directory;
    this.log = log;
    this.logStart = logStart;
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

  /** The last lines it wrote, oldest first. */
  List<String> lastLines() {
    try {
      return WorkerLog.tail(log, logStart, LAST_LINES);
    } catch (IOException e) {
      return List.of("(" + log + " cannot be read: " + e.getMessage() + ")");
    }
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
