package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.process.ProcessIdentity;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.worker.NodeWorkshop;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.agent.worker.WorkerSpecs;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is left of apps whose file is gone: workers that serve on, known to nobody, and their
 * private directories. They are taken over, drained and stopped, as any worker is; releases, logs
 * and the journal stay.
 *
 * <p>An app is known by its directory below {@code root} or {@code run}; a process is one of ours
 * if it was started with a private directory below this agent's own {@code run}: workers of another
 * agent on this host are left alone, whatever their app is called.
 */
final class Leftovers {
  private static final Logger LOG = LoggerFactory.getLogger(Leftovers.class);
  private static final String PRIVATE_DIRECTORY = "POINTSMAN_DIR";

  private final Host host;

  Leftovers(Host host) {
    this.host = host;
  }

  /**
   * The apps that have something here and are not {@code configured}. A directory below {@code run}
   * in which no worker of ours ever was, of an app that {@code root} knows nothing of, is somebody
   * else's.
   */
  Set<AppName> find(List<AppName> configured) throws IOException {
    Set<AppName> found = named(host.config().root().resolve("apps"));
    for (AppName app : named(host.config().run())) {
      if (NodeWorkshop.lastRun(host.config().run().resolve(app.value())) > 0) {
        found.add(app);
      }
    }
    configured.forEach(found::remove);
    return found;
  }

  private static Set<AppName> named(Path parent) throws IOException {
    Set<AppName> found = new TreeSet<>();
    if (Files.isDirectory(parent)) {
      try (Stream<Path> entries = Files.list(parent)) {
        entries
            .filter(Files::isDirectory)
            .flatMap(entry -> AppName.parse(entry.getFileName().toString()).stream())
            .forEach(found::add);
      }
    }
    return found;
  }

  /**
   * Ends all processes of {@code app} and removes what they had in {@code run}. Blocks until they
   * have drained, which takes as long as the defaults of {@code [roll]} allow.
   */
  void clear(AppName app) throws IOException, InterruptedException {
    Path run = host.config().run().resolve(app.value());
    int ended = drain(app, run) + kill(run);
    if (Files.isDirectory(run)) {
      OwnDirectories.delete(run);
    }
    if (ended > 0) {
      tell(host.events(), app, ended);
    }
  }

  static void tell(EventLog events, AppName app, int ended) {
    String message =
        "App "
            + app
            + " is no longer configured: "
            + ended
            + (ended == 1 ? " worker was" : " workers were")
            + " ended. Its releases stay; put its file back and it runs as before, or remove its directory.";
    LOG.info("{} app={}", message, app);
    events.publish("app.removed", app.value(), message, Map.of("workers", "" + ended));
  }

  private int drain(AppName app, Path run) throws IOException, InterruptedException {
    if (!Files.isDirectory(run)) {
      return 0;
    }
    AppConfig config = AppConfig.unconfigured(app);
    Path directory = host.config().root().resolve("apps").resolve(app.value());
    OwnDirectories.make(directory);
    NodeWorkshop shop =
        AppWorkers.shop(
            config,
            host,
            AppLogs.of(app.value(), directory.resolve("logs"), config.log(), host.clock()),
            new WorkerSpecs(directory.resolve("generations")),
            () -> {
              throw new IOException("app " + app + " is not configured: nothing is started for it");
            });
    WorkerPool workers = AppWorkers.pool(config, host, NodeWorkshop.lastRun(run) + 1, shop);
    try {
      workers.adopt(shop);
      int found = workers.workers().size();
      workers.retireAll();
      Optional<FailureResource> left = workers.awaitGone();
      left.ifPresent(it -> LOG.error("A worker cannot be ended. app={}: {}", app, it.detail()));
      return found;
    } finally {
      workers.stop();
    }
  }

  /** Kills what no directory tells of, because the run directory was emptied beneath it. */
  private int kill(Path run) throws IOException {
    Processes processes = host.processes();
    List<ProcessIdentity> strays = processes.findByEnvironmentPrefix(PRIVATE_DIRECTORY, run + "/");
    for (ProcessIdentity stray : strays) {
      LOG.warn("Ended a worker that nothing but its environment told of. pid={}", stray.pid());
      processes.kill(stray);
    }
    return strays.size();
  }
}
