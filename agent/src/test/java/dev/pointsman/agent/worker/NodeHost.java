package dev.pointsman.agent.worker;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.listen.SharedSocket;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.notify.Notifications;
import dev.pointsman.agent.process.ProcessIdentity;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host with a listening socket on which agents come and go, with real Node processes. */
final class NodeHost implements AutoCloseable {
  private static final String APP =
      """
      const http = require('node:http');
      const answer = (request, response) => {
        if (request.url === '/health') {
          response.statusCode = process.env.SICK ? 503 : 200;
          response.end(process.env.SICK ?? 'well');
        } else {
          setTimeout(() => response.end(process.env.RELEASE_ID + ' ' + process.pid), 5);
        }
      };
      if (process.env.CLUSTER && require('node:cluster').isPrimary) {
        require('node:cluster').fork();
      } else {
        http.createServer(answer).listen(Number(process.env.PORT), '127.0.0.1');
      }
      process.stderr.write('up and running\\n');
      """;

  final Path directory;
  final Path run;
  final SharedSocket socket;
  final WorkerSpecs specs;
  final EventLog events = new EventLog(Clock.systemUTC());
  private long runs;

  /** One run of the agent. */
  final class Agent implements AutoCloseable {
    final Processes processes = Processes.start();
    final Notifications notifications = Notifications.start();
    final NodeWorkshop shop;
    final WorkerPool pool;

    private Agent(AppConfig config) throws IOException {
      Path preload =
          Path.of("../packaging/dist/preload/pointsman-preload.cjs").toAbsolutePath().normalize();
      if (!Files.exists(preload)) {
        throw new IOException("the preload is missing: " + preload);
      }
      shop =
          new NodeWorkshop(
              new NodeWorkshop.Shared(
                  config,
                  run,
                  AppLogs.of(
                      config.name().value(),
                      directory.resolve("logs"),
                      config.log(),
                      Clock.systemUTC()),
                  preload,
                  "[\"/bin/false\"]",
                  notifications,
                  Clock.systemUTC()),
              processes,
              specs,
              () -> List.of(socket.descriptor()));
      pool =
          new WorkerPool(
              config, shop, ++runs, Clock.systemUTC(), new WorkerStory(config.name(), events));
    }

    /** As if it had been killed: nobody is told anything. */
    @Override
    public void close() throws IOException {
      try {
        pool.stop();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
      processes.close();
      notifications.close();
    }

    void kill(int pid) throws IOException {
      signal(pid, Signal.SIGKILL);
    }

    void signal(int pid, Signal signal) throws IOException {
      for (RunningProcess process : shop.living()) {
        if (process.identity().pid() == pid) {
          process.signal(signal);
          return;
        }
      }
      throw new IOException("no worker has pid " + pid);
    }
  }

  NodeHost(Path directory) throws IOException {
    this.directory = directory;
    this.run = directory.resolve("run");
    this.specs = new WorkerSpecs(directory.resolve("generations"));
    this.socket = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 128);
  }

  Agent agent() throws IOException {
    return new Agent(Configs.app());
  }

  /** One that gives new workers no longer than {@code healthyDeadline}. */
  Agent agent(Duration healthyDeadline) throws IOException {
    return new Agent(
        Configs.app(Configs.roll(healthyDeadline, Duration.ofSeconds(20)), Duration.ofMillis(50)));
  }

  /** A release with the app of these tests. */
  Generation release(String id, Map<String, String> environment) throws IOException {
    return release(id, environment, Optional.empty());
  }

  Generation release(String id, Map<String, String> environment, Optional<String> user)
      throws IOException {
    Path release = Files.createDirectories(directory.resolve("releases").resolve(id));
    Files.writeString(release.resolve("app.js"), APP);
    return release(id, List.of("node", "app.js"), environment, user, WorkerKind.PRELOAD);
  }

  /** A release with whatever its directory holds by now. */
  Generation release(
      String id,
      List<String> command,
      Map<String, String> environment,
      Optional<String> user,
      WorkerKind kind)
      throws IOException {
    Path release = Files.createDirectories(directory.resolve("releases").resolve(id));
    WorkerSpec draft =
        new WorkerSpec(
            new Generation(new ReleaseId(id), ""),
            command,
            release,
            release,
            environment,
            user,
            socket.endpoint().port(),
            "/health",
            kind,
            List.of(),
            AppConfig.ResourcesConfig.NONE);
    Generation generation = WorkerSpecs.generationOf(draft, "digest of " + id);
    specs.save(draft.of(generation));
    return generation;
  }

  /** The app's answer over the shared socket: release and pid. */
  String ask() throws IOException {
    var connection = URI.create("http://" + socket.endpoint() + "/").toURL().openConnection();
    connection.setConnectTimeout(10_000);
    connection.setReadTimeout(10_000);
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
    }
  }

  /** What lies in the run directory. */
  List<String> left() throws IOException {
    if (!Files.exists(run)) {
      return List.of();
    }
    try (var entries = Files.list(run)) {
      return entries.map(entry -> entry.getFileName().toString()).sorted().toList();
    }
  }

  /** Ends whatever still belongs to this host. */
  @Override
  public void close() throws IOException {
    try (Processes processes = Processes.start()) {
      for (Path worker : WorkerDirectories.list(run)) {
        for (ProcessIdentity stray :
            processes.findByEnvironment("POINTSMAN_DIR", worker.toString())) {
          Optional<RunningProcess> process = processes.adopt(stray, _ -> {});
          if (process.isPresent()) {
            process.get().signalGroup(Signal.SIGKILL);
          }
        }
      }
    }
    socket.close();
  }
}
