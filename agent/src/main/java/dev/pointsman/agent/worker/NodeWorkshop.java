package dev.pointsman.agent.worker;

import dev.pointsman.agent.cgroup.WorkerCgroups;
import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.notify.Notifications;
import dev.pointsman.agent.notify.NotifySocket;
import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.ProcessIdentity;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.worker.WorkerHandle.Stage;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/**
 * Starts processes, with the Node preload or without, and takes over those that an earlier run of
 * the agent had started.
 */
public final class NodeWorkshop implements Workshop {
  /**
   * What all workers of an app share.
   *
   * @param runDirectory {@code <run>/<app>}
   * @param logs where they write
   * @param preload the preload's file
   * @param handover command by which a worker's preload sends the shared socket back, as JSON
   * @param notifications reads what workers without the preload say
   * @param cgroups where each gets one of its own, if it can
   * @param clock the one that stands still while the agent cannot look
   */
  public record Shared(
      AppConfig config,
      Path runDirectory,
      AppLogs logs,
      Path preload,
      String handover,
      Notifications notifications,
      InstantSource clock,
      WorkerCgroups cgroups) {}

  private volatile Workbench bench;
  private final Processes processes;
  private final WorkerSpecs specs;
  private final Supply<List<Integer>> sharedSockets;
  private final LivingWorkers living;

  /** Something that may not be there just now. */
  public interface Supply<T> {
    /** Says in words what is missing. */
    T get() throws IOException;
  }

  /** {@code sharedSockets}: descriptors of the app's listening sockets. */
  public NodeWorkshop(
      Shared shared, Processes processes, WorkerSpecs specs, Supply<List<Integer>> sharedSockets) {
    this.bench = new Workbench(shared, processes);
    this.processes = processes;
    this.specs = specs;
    this.sharedSockets = sharedSockets;
    this.living =
        new LivingWorkers(shared.config().name().value(), shared.logs(), shared.cgroups());
  }

  /** Starts processes by {@code next} from now on. */
  public void configure(AppConfig next) {
    bench = bench.with(next);
  }

  @Override
  public WorkerProcess launch(
      Incarnation who, int slot, Generation generation, Consumer<WorkerEvent> events)
      throws IOException, Rejected {
    WorkerSpec spec = specs.load(generation);
    return launch(
        new Start(who, slot, spec, false),
        () -> WorkerSockets.of(sharedSockets.get(), spec.ports(), spec.kind()),
        events);
  }

  @Override
  public Optional<Workshop> trial(Generation generation) throws IOException {
    WorkerSpec spec = specs.load(generation);
    return spec.kind().trial()
        ? Optional.of((who, slot, _, events) ->
            launch(
                new Start(who, slot, spec, true),
                () -> WorkerSockets.trial(spec.ports(), spec.kind()),
                events))
        : Optional.empty();
  }

  @Override
  public boolean acceptsUnasked(Generation generation) throws IOException {
    return specs.load(generation).kind().protocol() != Protocol.PRELOAD;
  }

  /** What is started. */
  private record Start(Incarnation who, int slot, WorkerSpec spec, boolean trial) {}

  private WorkerProcess launch(
      Start start, Supply<WorkerSockets> given, Consumer<WorkerEvent> events)
      throws IOException, Rejected {
    WorkerSpec spec = start.spec();
    Workbench by = bench;
    Shared shared = by.shared();
    String who = start.who().toString();
    Path directory = WorkerDirectories.make(shared.runDirectory(), start.who(), spec.user());
    try (WorkerSockets sockets = given.get()) {
      Path log = beginLog(start);
      Optional<NotifySocket> notify =
          Workbench.notifySocket(spec.kind(), directory, WorkerDirectories.owner(spec.user()));
      try {
        Optional<Path> cgroup = shared.cgroups().make(app(), who, spec.resources());
        CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
        LaunchSpec command =
            by.command(
                spec,
                start.who(),
                start.slot(),
                sockets,
                new Workbench.Place(directory, log, cgroup));
        RunningProcess process = processes.launch(command, exit::complete);
        WorkerHandle handle = handle(start, process, sockets);
        writeOrKill(handle, directory, process);
        LaunchedWorker worker = worker(handle, directory, notify, events);
        living.begin(worker, process, exit);
        return worker;
      } catch (IOException | Rejected e) {
        var _ = shared.cgroups().ended(app(), who);
        closeBecauseOf(e, notify);
        throw e;
      }
    } catch (IOException | Rejected e) {
      shared.logs().ended(who);
      deleteBecauseOf(e, directory);
      throw e;
    }
  }

  private static WorkerHandle handle(Start start, RunningProcess process, WorkerSockets sockets) {
    WorkerSpec spec = start.spec();
    return new WorkerHandle(
        start.who(),
        start.slot(),
        spec.generation(),
        spec.healthPath(),
        process.identity(),
        Stage.LAUNCHING,
        spec.kind(),
        start.trial(),
        sockets.probePort());
  }

  private Path beginLog(Start start) throws IOException {
    Generation generation = start.spec().generation();
    return bench
        .shared()
        .logs()
        .begin(
            start.slot(),
            start.who().toString(),
            generation.release().value(),
            generation.shortDigest());
  }

  private LaunchedWorker worker(
      WorkerHandle handle,
      Path directory,
      Optional<NotifySocket> notify,
      Consumer<WorkerEvent> events) {
    WorkerBody body = new WorkerBody(handle, directory, bench.shared().logs());
    return bench.worker(
        body,
        notify,
        () -> bench.probeCommand(body, specs.load(handle.generation())), // Of that moment.
        events);
  }

  private static void closeBecauseOf(Exception cause, Optional<NotifySocket> notify) {
    try {
      if (notify.isPresent()) {
        notify.get().close();
      }
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  private static void deleteBecauseOf(Exception cause, Path directory) {
    try {
      WorkerDirectories.delete(directory);
    } catch (IOException e) {
      cause.addSuppressed(e);
    }
  }

  /** Takes {@code handle}'s process over; empty where it has ended. */
  Optional<WorkerProcess> adopt(WorkerHandle handle, Path directory, Consumer<WorkerEvent> events)
      throws IOException {
    CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    Optional<RunningProcess> process = processes.adopt(handle.process(), exit::complete);
    if (process.isEmpty()) {
      return Optional.empty();
    }
    for (ProcessIdentity left :
        processes.findByEnvironment(WorkerEnvironment.PROBE_OF, directory.toString())) {
      kill(left); // A probe of the agent before, which has no deadline any more.
    }
    bench.shared().logs().adopt(handle.slot(), handle.incarnation().toString());
    Optional<NotifySocket> notify =
        Workbench.notifySocket(handle.kind(), directory, WorkerDirectories.ownerOf(directory));
    LaunchedWorker worker = worker(handle, directory, notify, events);
    living.begin(worker, process.get(), exit);
    return Optional.of(worker);
  }

  /**
   * Processes whose directory is {@code directory}: found by their environment, for the agent may
   * die before it writes a handle.
   */
  List<ProcessIdentity> strays(Path directory) throws IOException {
    return processes.findByEnvironment("POINTSMAN_DIR", directory.toString());
  }

  /** Kills {@code stray} with everything it started. */
  void kill(ProcessIdentity stray) throws IOException {
    Optional<RunningProcess> process = processes.adopt(stray, _ -> {});
    if (process.isPresent()) {
      process.get().signalGroup(Signal.SIGKILL);
    }
  }

  /**
   * The highest run of the agent that any worker's directory in {@code runDirectory} tells of; 0
   * for none.
   */
  public static long lastRun(Path runDirectory) throws IOException {
    return WorkerDirectories.list(runDirectory).stream()
        .flatMap(directory -> WorkerDirectories.incarnation(directory).stream())
        .mapToLong(Incarnation::run)
        .max()
        .orElse(0);
  }

  /**
   * The processes that have not ended, in no order: each holds the shared socket unless it drains.
   */
  public List<RunningProcess> living() {
    return living.processes();
  }

  /** Their numbers. */
  public Set<Integer> pids() {
    return living().stream().map(it -> it.identity().pid()).collect(Collectors.toSet());
  }

  /**
   * Asks {@code process} to send its shared socket to the datagram socket at {@code path}; false
   * where it cannot be asked.
   */
  public boolean askForSocket(RunningProcess process, Path path) {
    return living.askForSocket(process, path);
  }

  /** Without its handle nobody would find the process again. */
  private static void writeOrKill(WorkerHandle handle, Path directory, RunningProcess process)
      throws IOException {
    try {
      handle.write(directory);
    } catch (IOException e) {
      process.signalGroup(Signal.SIGKILL);
      throw e;
    }
  }

  Path runDirectory() {
    return bench.shared().runDirectory();
  }

  private String app() {
    return bench.shared().config().name().value();
  }
}
