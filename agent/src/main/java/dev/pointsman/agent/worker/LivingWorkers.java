package dev.pointsman.agent.worker;

import dev.pointsman.agent.cgroup.WorkerCgroups;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.RunningProcess;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;

/** The processes of an app that have not ended; sees to what each leaves when it does. */
final class LivingWorkers {
  private final String app;
  private final AppLogs logs;
  private final WorkerCgroups cgroups;
  private final Map<RunningProcess, LaunchedWorker> all = new ConcurrentHashMap<>();

  LivingWorkers(String app, AppLogs logs, WorkerCgroups cgroups) {
    this.app = app;
    this.logs = logs;
    this.cgroups = cgroups;
  }

  /** {@code worker} lives in {@code process} until {@code exit}. */
  void begin(LaunchedWorker worker, RunningProcess process, CompletableFuture<ExitStatus> exit) {
    all.put(process, worker);
    worker.attach(process);
    var _ =
        exit.thenAccept(status -> {
          all.remove(process);
          logs.ended(worker.incarnation().toString());
          boolean memory = cgroups.ended(app, worker.incarnation().toString());
          worker.exited(status, memory && status instanceof ExitStatus.Signaled);
        });
  }

  /** Their processes, in no order. */
  List<RunningProcess> processes() {
    return List.copyOf(all.keySet());
  }

  /** Has {@code process} send its shared socket to {@code path}; false where it cannot be asked. */
  boolean askForSocket(RunningProcess process, Path path) {
    LaunchedWorker worker = all.get(process);
    return worker != null && worker.askForSocket(path);
  }
}
