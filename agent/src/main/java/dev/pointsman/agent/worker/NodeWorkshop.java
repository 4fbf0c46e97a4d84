package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.logs.AppLogs;
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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Consumer;

/**
 * Starts processes with the Node preload, and takes over those that an earlier run of the agent had
 * started.
 */
public final class NodeWorkshop implements Workshop {
  private static final String NODE_OPTIONS = "NODE_OPTIONS";

  /**
   * What all workers of an app share.
   *
   * @param runDirectory {@code <run>/<app>}
   * @param logs where they write
   * @param preload the preload's file
   * @param handover command by which a worker's preload sends the shared socket back, as JSON
   */
  public record Shared(
      AppConfig config, Path runDirectory, AppLogs logs, Path preload, String handover) {}

  private final Shared shared;
  private final Processes processes;
  private final WorkerSpecs specs;
  private final Supply<Integer> sharedSocket;
  private final Map<RunningProcess, NodeWorker> living = new ConcurrentHashMap<>();

  /** Something that may not be there just now. */
  public interface Supply<T> {
    /** Says in words what is missing. */
    T get() throws IOException;
  }

  /** {@code sharedSocket}: descriptor of the app's listening socket. */
  public NodeWorkshop(
      Shared shared, Processes processes, WorkerSpecs specs, Supply<Integer> sharedSocket) {
    this.shared = shared;
    this.processes = processes;
    this.specs = specs;
    this.sharedSocket = sharedSocket;
  }

  @Override
  public WorkerProcess launch(
      Incarnation who, int slot, Generation generation, Consumer<WorkerEvent> events)
      throws IOException, Rejected {
    WorkerSpec spec = specs.load(generation);
    int socket = sharedSocket.get();
    Path directory = WorkerDirectories.make(shared.runDirectory(), who, spec.user());
    Path log =
        shared
            .logs()
            .begin(slot, who.toString(), generation.release().value(), generation.shortDigest());
    try {
      CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
      LaunchSpec launch =
          new LaunchSpec(
              spec.command(),
              spec.workingDirectory(),
              environment(spec, who, slot, directory),
              log,
              List.of(socket),
              spec.user());
      RunningProcess process = processes.launch(launch, exit::complete);
      WorkerHandle handle =
          new WorkerHandle(
              who, slot, generation, spec.healthPath(), process.identity(), Stage.LAUNCHING);
      writeOrKill(handle, directory, process);
      NodeWorker worker = new NodeWorker(handle, directory, shared.config(), shared.logs(), events);
      begin(worker, process, exit);
      return worker;
    } catch (IOException | Rejected e) {
      shared.logs().ended(slot, who.toString());
      deleteBecauseOf(e, directory);
      throw e;
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
    shared.logs().adopt(handle.slot(), handle.incarnation().toString());
    NodeWorker worker = new NodeWorker(handle, directory, shared.config(), shared.logs(), events);
    begin(worker, process.get(), exit);
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

  private void begin(
      NodeWorker worker, RunningProcess process, CompletableFuture<ExitStatus> exit) {
    living.put(process, worker);
    worker.attach(process);
    var _ =
        exit.thenAccept(status -> {
          living.remove(process);
          shared.logs().ended(worker.slot(), worker.incarnation().toString());
          worker.exited(status);
        });
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
    return List.copyOf(living.keySet());
  }

  /**
   * Asks {@code process} to send its shared socket to the datagram socket at {@code path}; false
   * where it cannot be asked.
   */
  public boolean askForSocket(RunningProcess process, Path path) {
    NodeWorker worker = living.get(process);
    return worker != null && worker.askForSocket(path);
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
    return shared.runDirectory();
  }

  private Map<String, String> environment(
      WorkerSpec spec, Incarnation who, int slot, Path directory) {
    Map<String, String> all = new HashMap<>(spec.environment());
    String slotNumber = Integer.toString(slot);
    all.putIfAbsent("PATH", "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin");
    all.put("PORT", Integer.toString(spec.port()));
    all.put("RELEASE_ID", spec.generation().release().value());
    all.put("RELEASE_PATH", spec.releaseDirectory().toString());
    all.put("NODE_APP_INSTANCE", slotNumber);
    all.put("INSTANCE_ID", slotNumber);
    all.put("LISTEN_FDS", "1");
    all.put("LISTEN_FDNAMES", "http");
    all.put("POINTSMAN_APP", shared.config().name().value());
    all.put("POINTSMAN_SLOT", slotNumber);
    all.put("POINTSMAN_GENERATION", spec.generation().shortDigest());
    all.put("POINTSMAN_INCARNATION", who.toString());
    all.put("POINTSMAN_DIR", directory.toString());
    all.put("POINTSMAN_LISTEN", spec.port() + ":3");
    all.put("POINTSMAN_BACKLOG", Integer.toString(shared.config().backlog()));
    all.put("POINTSMAN_READY", shared.config().roll().waitReady() ? "message" : "listening");
    all.put("POINTSMAN_HANDOVER", shared.handover());
    String require = "--require=" + quoted(shared.preload());
    all.merge(NODE_OPTIONS, require, (own, ours) -> own + " " + ours);
    return all;
  }

  /** As Node reads NODE_OPTIONS: blanks part its words unless quoted. */
  private static String quoted(Path file) {
    String text = file.toString();
    return text.matches("[^\\s\"\\\\]*")
        ? text
        : '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
  }
}
