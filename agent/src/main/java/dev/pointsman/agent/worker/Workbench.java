package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.agent.config.GateConfig.Protocol;
import dev.pointsman.agent.linux.Users.User;
import dev.pointsman.agent.notify.NotifySocket;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.ProcessLimits;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.worker.NodeWorkshop.Shared;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * What a workshop makes workers with, all of one configuration: how their processes are started,
 * probed and spoken to.
 */
final class Workbench {
  private final Shared shared;
  private final Processes processes;
  private final WorkerEnvironment environment;

  Workbench(Shared shared, Processes processes) {
    this.shared = shared;
    this.processes = processes;
    this.environment = new WorkerEnvironment(shared);
  }

  Shared shared() {
    return shared;
  }

  /** This one, but for {@code next}. */
  Workbench with(AppConfig next) {
    return new Workbench(
        new Shared(
            next,
            shared.runDirectory(),
            shared.logs(),
            shared.preload(),
            shared.handover(),
            shared.notifications(),
            shared.clock(),
            shared.cgroups()),
        processes);
  }

  /**
   * Where a process starts.
   *
   * @param log what it writes goes there
   */
  record Place(Path directory, Path log, Optional<Path> cgroup) {}

  /** How a worker's process is started. */
  LaunchSpec command(
      WorkerSpec spec, Incarnation who, int slot, WorkerSockets sockets, Place place) {
    return new LaunchSpec(
        spec.command(),
        spec.workingDirectory(),
        environment.of(spec, who, slot, place.directory(), sockets),
        place.log(),
        sockets.descriptors(),
        spec.user(),
        limits(spec.resources()),
        place.cgroup());
  }

  private static ProcessLimits limits(ResourcesConfig resources) {
    return new ProcessLimits(
        resources.nofile(),
        resources.coreBytes(),
        resources.nproc(),
        resources.nice(),
        resources.umask());
  }

  /** How the program is started that probes a worker of {@code spec}. */
  LaunchSpec probeCommand(WorkerBody body, WorkerSpec spec) throws IOException {
    WorkerHandle handle = body.handle();
    return new LaunchSpec(
        handle.kind().probeCommand(),
        spec.workingDirectory(),
        environment.ofProbe(spec, handle, body.directory()),
        WorkerDirectories.probeLog(body.directory()),
        List.of(),
        spec.user());
  }

  /** Where a worker without the preload tells how it is; with it, it needs no such socket. */
  static Optional<NotifySocket> notifySocket(WorkerKind kind, Path directory, Optional<User> owner)
      throws IOException {
    return kind.protocol() == Protocol.PRELOAD
        ? Optional.empty()
        : Optional.of(NotifySocket.bind(WorkerDirectories.notifySocket(directory), owner));
  }

  /** Whoever speaks with {@code body}; {@code probe} starts the program that probes it, if any. */
  LaunchedWorker worker(
      WorkerBody body,
      Optional<NotifySocket> notify,
      WorkerProbe.Command probe,
      Consumer<WorkerEvent> events) {
    WorkerProbe prober =
        new WorkerProbe(
            body.handle(), body.directory(), shared.config().health().timeout(), processes, probe);
    return notify.isEmpty()
        ? new NodeWorker(body, shared, prober, events)
        : new PlainWorker(
            body,
            shared,
            new PlainWorker.Lines(shared.notifications(), notify.get(), prober),
            events);
  }
}
