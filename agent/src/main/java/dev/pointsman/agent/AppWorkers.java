package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.worker.NodeWorkshop;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.agent.worker.WorkerSpecs;
import dev.pointsman.agent.worker.WorkerStory;
import java.nio.file.Path;
import java.util.List;

/** Puts together what starts an app's workers and what keeps them. */
final class AppWorkers {
  private AppWorkers() {}

  /** Where its workers have their private directories. */
  static Path runDirectory(AppConfig config, Host host) {
    return host.config().run().resolve(config.name().value());
  }

  /** What starts them. */
  static NodeWorkshop shop(
      AppConfig config,
      Host host,
      AppLogs logs,
      WorkerSpecs specs,
      NodeWorkshop.Supply<List<Integer>> sockets) {
    return new NodeWorkshop(
        new NodeWorkshop.Shared(
            config,
            runDirectory(config, host),
            logs,
            host.preload(),
            host.handover(),
            host.notifications(),
            host.steady(),
            host.cgroups()),
        host.processes(),
        specs,
        sockets);
  }

  /** What keeps them; {@code shop} starts them. {@code run}: the number of this start of ours. */
  static WorkerPool pool(AppConfig config, Host host, long run, NodeWorkshop shop) {
    return new WorkerPool(
        config, shop, run, host.steady(), new WorkerStory(config.name(), host.events()));
  }
}
