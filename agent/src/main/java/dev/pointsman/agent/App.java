package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigChanges;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.Deployments;
import dev.pointsman.agent.intake.Intake;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.logs.LogQuery;
import dev.pointsman.agent.logs.LogReader;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.worker.NodeWorkshop;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.agent.worker.WorkerSpecs;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One app of this host, put together: its journal, releases, socket, workers and deployments.
 * {@link #open} brings back what an earlier run of the agent left, and has workers serving before
 * anything new is begun.
 */
final class App {
  private static final Logger LOG = LoggerFactory.getLogger(App.class);

  private volatile AppConfig config;
  private final Host host;
  private final AppLedger ledger;
  private final ReleaseStore releases;
  private final Intake.AppStore store;
  private final AppSockets socket;
  private final AppUnavailable unavailable;
  private final SocketRetry socketRetry = new SocketRetry();
  private final WorkerPool workers;
  private final NodeWorkshop shop;
  private final AppPlanning planning;
  private final Path runDirectory;
  private final Deployments deployments;
  private final AppNotices notices;
  private final AppFilling filling;
  private final AppOrders orders;
  private final AppStatus status;
  private final AppRetention retention;
  private final AppKeeping keeping;
  private final AppLogs logs;
  private final AppTaint taint;
  private final AppTrust trust;

  private App(AppConfig config, Host host, AppLedger ledger, ReleaseStore releases)
      throws IOException, InterruptedException {
    this.config = config;
    this.host = host;
    this.ledger = ledger;
    this.releases = releases;
    this.store = new Intake.AppStore(releases, new AppBlobs(host.content(), AppSharing.of(config)));
    Path directory = host.config().root().resolve("apps").resolve(config.name().value());
    this.runDirectory = AppWorkers.runDirectory(config, host);
    OwnDirectories.make(runDirectory);
    WorkerSpecs specs = new WorkerSpecs(directory.resolve("generations"));
    this.socket = new AppSockets(config, host.sockets());
    this.logs =
        AppLogs.of(config.name().value(), directory.resolve("logs"), config.log(), host.clock());
    this.shop = AppWorkers.shop(config, host, logs, specs, socket::descriptors);
    this.workers = AppWorkers.pool(config, host, ledger.state().run(), shop);
    this.filling = new AppFilling(config.name(), ledger, socket, workers);
    this.unavailable =
        new AppUnavailable(config, host.sorry(), host.events(), host.clock(), filling::absence);
    this.taint = new AppTaint(host.config().root(), config, releases);
    this.trust = new AppTrust(config, host, ledger, taint);
    this.retention = new AppRetention(this::config, host, ledger, releases, specs, workers);
    this.keeping = new AppKeeping(config, host, ledger, releases, retention, taint);
    AppCatalog catalog = new AppCatalog(this::config, releases, specs);
    this.planning = new AppPlanning(this::config, ledger, catalog, specs);
    this.deployments =
        new Deployments(
            new Deployments.Parts(
                config.name(),
                ledger,
                new AppPool(workers),
                new AppLinks(releases),
                catalog,
                new AppHistory(host, releases, workers, retention, this::lookForPending),
                host.clock(),
                this::settings));
    this.notices =
        new AppNotices(
            new ArrayList<>(), ledger, keeping, filling, socket, unavailable, taint, workers, logs);
    this.orders = new AppOrders(ledger, socket, retention, trust, deployments, workers);
    this.status = new AppStatus(ledger, releases, taint, workers, planning, deployments);
    workers.adopt(shop);
    host.cgroups().killAllBut(config.name().value(), shop.pids());
    logs.start();
    socket.acquire(ledger, shop, runDirectory, host.clock());
    unavailable.watch(socket.held(), workers::tellAcceptance);
    filling.run(config.instances());
    if (socket.problem().isPresent()) {
      socketRetry.begin(config.name().value(), SocketRetry.PAUSE, this::tryAgain);
    }
    lookForPending();
  }

  /** Finds out what of the files waits for a deployment, and tells it; reads the disk. */
  List<String> lookForPending() {
    return planning.look(deployments);
  }

  /**
   * What a deployment of {@code release}, null: of the one that runs, would do if the app's file
   * said {@code next}; the app does not go by that.
   */
  PlanResource plan(@Nullable ReleaseId release, AppConfig next) throws Rejected, IOException {
    return planning.plan(release, next.keeping(config), deployments);
  }

  /**
   * Goes by {@code next} from now on, as far as a running agent can. What workers are started from
   * counts with the next deployment.
   */
  ConfigChanges configure(AppConfig next) {
    ConfigChanges changes = ConfigChanges.between(config, next);
    AppConfig now = next.keeping(config);
    config = now;
    workers.configure(now);
    shop.configure(now);
    return changes;
  }

  /**
   * Ends all workers, in order, gives the socket up, and removes what the app has in {@code run}.
   * Its releases and its journal stay. Blocks until that is done; the number of workers.
   */
  int withdraw() throws IOException, InterruptedException {
    socketRetry.close();
    deployments.stop();
    workers.endUpkeep();
    int count = workers.workers().size();
    workers.retireAll();
    unavailable.close();
    socket.giveUp();
    Optional<FailureResource> left = workers.awaitGone();
    logs.close();
    if (left.isPresent()) {
      throw new IOException(left.get().detail());
    }
    OwnDirectories.delete(runDirectory);
    return count;
  }

  private boolean tryAgain() throws IOException, InterruptedException {
    socket.acquire(ledger, shop, runDirectory, host.clock());
    if (socket.problem().isPresent()) {
      return false;
    }
    unavailable.watch(socket.held(), workers::tellAcceptance);
    if (ledger.state().running() == null) {
      filling.run(
          config.instances()); // What is empty because there was nothing to give to a worker.
    }
    return true;
  }

  /** Opens the app and brings it back to where it was. */
  static App open(AppConfig config, Host host) throws IOException, InterruptedException {
    long lastRun = NodeWorkshop.lastRun(AppWorkers.runDirectory(config, host)); // Workers go on.
    AppDisk disk =
        AppDisk.open(
            new AppDisk.Place(host.config().root(), config.name(), config.trust().env()),
            host.durability(),
            host.clock(),
            lastRun);
    try {
      App app = new App(config, host, disk.ledger(), disk.releases());
      app.notices.ofTheDisk().addAll(disk.notices());
      disk.notices().forEach(notice -> LOG.warn("{} app={}", notice, config.name()));
      return app;
    } catch (IOException | InterruptedException | RuntimeException e) {
      disk.ledger().close();
      throw e;
    }
  }

  /** Resumes the deployment that was interrupted, if there is one, and takes new ones. */
  void start() {
    deployments.start();
    workers.tend(deployments::isWorking);
  }

  private Deployments.Settings settings() {
    return new Deployments.Settings(
        config.instances(),
        config.scale().least(),
        config.scale().most(),
        config.roll().autoRevert());
  }

  AppName name() {
    return config.name();
  }

  AppConfig config() {
    return config;
  }

  AppLedger ledger() {
    return ledger;
  }

  ReleaseStore releases() {
    return releases;
  }

  /** Where its releases are, and the content that it can use. */
  Intake.AppStore store() {
    return store;
  }

  /** The app as it is now, with what is to be said of the whole host; does not block. */
  AppResource view(List<String> ofTheHost) {
    List<String> all = notices.all();
    all.addAll(ofTheHost);
    return status.view(config, all);
  }

  /** What its workers write. */
  AppLogs logs() {
    return logs;
  }

  /** Reads what its workers wrote. */
  LogReader readLogs(LogQuery query) {
    return new LogReader(logs, query, host.clock());
  }

  /** What can be seen of its releases and deployments. */
  AppStatus status() {
    return status;
  }

  /** What is asked of it: deployments, and orders for its workers. */
  AppOrders orders() {
    return orders;
  }

  /** What is decided about whom the app trusts. */
  AppTrust trust() {
    return trust;
  }

  /** Notes an upload; it is on disk on return. */
  void staged(StagedRelease release) throws IOException {
    ledger.append(AppDisk.staged(release, host.clock()));
  }

  /** What is decided about what stays on the disk. */
  AppKeeping keeping() {
    return keeping;
  }

  /** Its sockets, for the program that this process becomes next. */
  List<InheritedSockets.Passed> socketCopies() throws IOException {
    return socket.copies();
  }

  /** What is said to clients while no worker accepts. */
  AppUnavailable unavailable() {
    return unavailable;
  }

  /** Whether no worker, deployment or way back uses {@code release}. */
  boolean isUnused(ReleaseId release) {
    return !retention.inUse().contains(release);
  }

  /** Stops deciding; workers go on, and the next run of the agent takes them over. */
  void stop() throws IOException, InterruptedException {
    socketRetry.close();
    deployments.stop();
    workers.stop();
    logs.close();
    ledger.close();
    unavailable.close();
    socket.close();
  }
}
