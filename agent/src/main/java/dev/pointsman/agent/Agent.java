package dev.pointsman.agent;

import dev.pointsman.agent.cgroup.WorkerCgroups;
import dev.pointsman.agent.client.HttpFetcher;
import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigInvalid;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.config.HostConfig.StoreConfig;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.http.ApiSource;
import dev.pointsman.agent.http.EventLoops;
import dev.pointsman.agent.http.HttpApi;
import dev.pointsman.agent.http.MetricsRegistry;
import dev.pointsman.agent.intake.Intake;
import dev.pointsman.agent.intake.TrustFiles;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.journal.Receipts;
import dev.pointsman.agent.linux.FileSystems;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.notify.Notifications;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.pull.Pulls;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.ForeignSessions;
import dev.pointsman.agent.sorry.SorryServer;
import dev.pointsman.agent.store.ContentStore;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.agent.systemd.DescriptorStore;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The daemon, put together in the order in which it starts: lock, journals, processes, sockets,
 * workers, and the API last, so that whoever gets an answer gets it from an agent that knows
 * everything. It stops in the reverse order; workers are not touched.
 */
final class Agent implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Agent.class);

  private final Unwinding unwinding = new Unwinding();
  private volatile boolean ready;

  private Map<AppName, App> apps = Map.of();
  private Optional<Processes> processes = Optional.empty();

  private Agent() {}

  /**
   * How this agent came to be.
   *
   * @param startedAt when
   * @param inherited sockets that its process was started with
   * @param store where they are kept for the next one
   * @param upgrading how it becomes another program; empty: it never does
   */
  record Beginning(
      Instant startedAt,
      InheritedSockets inherited,
      DescriptorStore store,
      Optional<Upgrading> upgrading) {
    /** Out of nothing. */
    static Beginning plain() {
      return new Beginning(
          Instant.now(), InheritedSockets.none(), DescriptorStore.none(), Optional.empty());
    }
  }

  /** Starts everything; what was started is stopped again where something fails. */
  static Agent start(Path configFile, Distribution distribution)
      throws ConfigInvalid, IOException, InterruptedException {
    return start(configFile, distribution, Beginning.plain());
  }

  static Agent start(Path configFile, Distribution distribution, Beginning beginning)
      throws ConfigInvalid, IOException, InterruptedException {
    HostConfig config = ConfigReader.read(configFile);
    Agent agent = new Agent();
    try {
      agent.wire(configFile, config, distribution, beginning);
      return agent;
    } catch (IOException | InterruptedException | RuntimeException e) {
      agent.unwinding.unwindBecauseOf(e);
      throw e;
    }
  }

  private void wire(
      Path configFile, HostConfig config, Distribution distribution, Beginning beginning)
      throws IOException, InterruptedException {
    Clock clock = Clock.systemUTC();
    OwnDirectories.make(config.root());
    OwnDirectories.make(config.run());
    unwinding.later("lock", RootLock.take(config.root()));
    unwinding.later("run lock", RootLock.take(config.run())); // Its workers are that one's.
    EventLog events = new EventLog(clock);
    Receipts receipts =
        unwinding.later("receipts", Receipts.open(config.root().resolve("receipts")));
    Processes processes = unwinding.later("processes", Processes.start());
    SteadyClock steady = unwinding.later("steady clock", SteadyClock.beating(clock));
    Notifications notifications = unwinding.later("notifications", Notifications.start());
    SorryServer sorry = unwinding.later("sorry", SorryServer.start());
    Path preload = distribution.preload();
    checkStorage(config);
    Durability durability =
        DurabilityChoice.choose(
            config.store().durability(), System.getProperty("os.version"), LOG::warn);
    Damages damages = new Damages(events);
    ContentStore content = ContentStore.open(config.root(), durability::barrier, damages, clock);
    int foreign =
        ForeignSessions.delete(config.root(), config.apps().stream().map(AppConfig::name).toList());
    if (foreign > 0) {
      LOG.info("Upload sessions of apps that are not configured were deleted. count={}", foreign);
    }
    SocketStore sockets = new SocketStore(beginning.store(), beginning.inherited());
    Host host =
        new Host(
            config,
            processes,
            events,
            receipts,
            durability,
            content,
            clock,
            steady,
            sorry,
            sockets,
            WorkerCgroups.ofThisHost(),
            preload,
            Distribution.handover(),
            notifications);

    endLeftovers(host);
    SortedMap<AppName, App> apps = new ConcurrentSkipListMap<>();
    SortedMap<AppName, String> broken = new TreeMap<>();
    for (AppConfig appConfig : config.apps()) {
      try {
        App app = App.open(appConfig, host);
        apps.put(app.name(), app);
        unwinding.later("app " + app.name(), app::stop);
      } catch (IOException e) {
        // The others are not to blame; what this one's workers do goes on without us.
        LOG.error("An app cannot be managed; the others can. app={}", appConfig.name(), e);
        broken.put(appConfig.name(), String.valueOf(e.getMessage()));
      }
    }

    sockets.forgetAllBut(config.apps());
    this.apps = apps;
    this.processes = Optional.of(processes);
    TrustFiles trust =
        new TrustFiles(
            config.trust(),
            alarm -> {
              LOG.error("Trust: {}", alarm);
              events.publish("trust.alarm", null, alarm, Map.of());
            });
    TrustWatch watch =
        unwinding.later("trust watch", TrustWatch.start(trust, apps.values(), events));
    AppAcceptance acceptance = new AppAcceptance(Map.copyOf(apps));
    Intake intake =
        new Intake(
            config,
            acceptance::store,
            trust,
            acceptance,
            DiskSpace.ofFileSystem(FileSystems::freeInodes),
            clock);
    SessionSweeper sweeper = SessionSweeper.start(intake, apps.keySet());
    unwinding.later("session sweeper", sweeper::stop);
    DiskSpace space = DiskSpace.ofFileSystem(FileSystems::freeInodes);
    StoreKeeper keeper = keeper(host, apps, damages, space);
    unwinding.later("store", keeper::stop);
    Reloading reloading = new Reloading(configFile, config, apps, events);
    unwinding.later("reloading", reloading::stop);
    AgentControl control =
        new AgentControl(
            new AgentControl.Managed(apps, broken, reloading),
            intake,
            new AgentTrust(config, trust, watch, clock),
            events,
            keeper);
    Vertx vertx = EventLoops.forAgent();
    unwinding.later("event loops", () -> vertx.close().await(10, TimeUnit.SECONDS));
    MetricsRegistry metrics = new MetricsRegistry();
    StoreMetrics.register(metrics, content, keeper.tally());
    TrustMetrics.register(
        metrics, watched(apps.values()), control.refusals(), () -> trust.problems().size());
    UnavailableMetrics.register(metrics, apps.values());
    LogMetrics.register(metrics, apps.values());
    HttpFetcher fetcher = unwinding.later("fetcher", new HttpFetcher(vertx, config.pull().ca()));
    Pulls pulls =
        unwinding.later(
            "pulls",
            new Pulls(
                config.pull(),
                fetcher,
                new PullIntake(control, events),
                config.limits().treeBytes() + 2 * config.limits().listBytes(),
                clock));
    ApiSource source =
        new ApiSource(
            control,
            () -> ready,
            metrics,
            Distribution.version(),
            Optional.of(pulls),
            beginning
                .upgrading()
                .map(it -> new RunningAgent(config.name(), beginning.startedAt(), it, events)));
    unwinding.later("api", HttpApi.start(vertx, config.http(), source));

    apps.values().forEach(App::start);
    keeper.start();
    Hangup.handle(() -> reloadOnSignal(control));
    ready = true;
    LOG.info(
        "pointsman {} is ready. name={} root={} apps={}",
        Distribution.version(),
        config.name(),
        config.root(),
        apps.keySet());
  }

  /** What apps that are no longer configured left; before others may need their ports. */
  private static void endLeftovers(Host host) throws IOException, InterruptedException {
    Leftovers leftovers = new Leftovers(host);
    List<AppName> configured = host.config().apps().stream().map(AppConfig::name).toList();
    List<Thread> ending = new ArrayList<>();
    for (AppName app : leftovers.find(configured)) {
      ending.add(
          Thread.ofVirtual()
              .name("leftovers-" + app)
              .start(() -> {
                try {
                  leftovers.clear(app);
                } catch (IOException e) {
                  LOG.error("What an app left cannot be removed. app={}", app, e);
                } catch (InterruptedException e) {
                  LOG.info("What an app left is removed at the next start. app={}", app);
                }
              }));
    }
    for (Thread thread : ending) {
      thread.join();
    }
  }

  private static void reloadOnSignal(AgentControl control) {
    try {
      control.reload(false, "SIGHUP");
    } catch (Rejected e) {
      LOG.error("The configuration is wrong, and the old one goes on: {}", e.detail());
    }
  }

  private static List<TrustMetrics.Watched> watched(Collection<App> apps) {
    return apps.stream()
        .map(app -> new TrustMetrics.Watched(app.name(), () -> app.trust().taint().all().size()))
        .toList();
  }

  private static StoreKeeper keeper(
      Host host, SortedMap<AppName, App> apps, Damages damages, DiskSpace space) {
    StoreConfig config = host.config().store();
    SortedMap<AppName, KeptApp> keepings = new TreeMap<>();
    apps.forEach((name, app) -> keepings.put(name, app.keeping()));
    return new StoreKeeper(
        new StoreKeeper.Parts(
            config,
            host.config().root(),
            host.content(),
            keepings.values(),
            new GarbageCollection(keepings, host.content(), config.grace(), host.clock()),
            damages,
            space,
            host.events(),
            host.clock(),
            new SteadyPace(config.scrubRate())));
  }

  private static void checkStorage(HostConfig config) throws IOException {
    new StorageCheck(new StorageFacts())
        .look(config.root(), config.store().allowFilesystem())
        .ifPresent(LOG::warn);
    for (AppConfig app : config.apps()) {
      if (AppSharing.of(app) == Sharing.COPY) {
        LOG.warn(AppSharing.explanation(app));
      }
    }
  }

  /**
   * Before {@link #close}, where this process becomes another program: from now on the exits of
   * workers are that one's to tell. Returns copies of all sockets of apps, which outlive the close.
   */
  List<InheritedSockets.Passed> handOn() throws IOException {
    if (processes.isPresent()) {
      processes.get().leaveExits();
    }
    List<InheritedSockets.Passed> copies = new ArrayList<>();
    for (App app : apps.values()) {
      copies.addAll(app.socketCopies());
    }
    return copies;
  }

  @Override
  public void close() throws IOException {
    ready = false;
    unwinding.unwind();
    LOG.info("pointsman has stopped; workers go on.");
  }
}
