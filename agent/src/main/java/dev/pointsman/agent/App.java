package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigChanges;
import dev.pointsman.agent.deployment.AppLedger;
import dev.pointsman.agent.deployment.AppState;
import dev.pointsman.agent.deployment.Deployment;
import dev.pointsman.agent.deployment.DeploymentId;
import dev.pointsman.agent.deployment.Deployments;
import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.intake.Intake;
import dev.pointsman.agent.listen.InheritedSockets;
import dev.pointsman.agent.logs.AppLogs;
import dev.pointsman.agent.logs.LogQuery;
import dev.pointsman.agent.logs.LogReader;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.worker.NodeWorkshop;
import dev.pointsman.agent.worker.WorkerPool;
import dev.pointsman.agent.worker.WorkerSpecs;
import dev.pointsman.agent.worker.WorkerStory;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.FailureResource;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.UpkeepResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
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
  private final List<String> notices = new ArrayList<>();
  private volatile @Nullable String whileNothingIsWanted;
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
    this.runDirectory = host.config().run().resolve(config.name().value());
    OwnDirectories.make(runDirectory);
    WorkerSpecs specs = new WorkerSpecs(directory.resolve("generations"));
    this.socket = new AppSockets(config, host);
    this.unavailable = new AppUnavailable(config, host);
    this.logs =
        AppLogs.of(config.name().value(), directory.resolve("logs"), config.log(), host.clock());
    this.shop =
        new NodeWorkshop(
            new NodeWorkshop.Shared(
                config,
                runDirectory,
                logs,
                host.preload(),
                host.handover(),
                host.notifications(),
                host.steady(),
                host.cgroups()),
            host.processes(),
            specs,
            socket::descriptors);
    this.workers =
        new WorkerPool(
            config,
            shop,
            ledger.state().run(),
            host.steady(),
            new WorkerStory(config.name(), host.events()));
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
                new AppHistory(host, releases, workers, retention, this::ended),
                host.clock(),
                this::settings));
    workers.adopt(shop);
    host.cgroups().killAllBut(config.name().value(), shop.pids());
    logs.start();
    socket.acquire(ledger, shop, runDirectory, host.clock());
    unavailable.watch(socket.held(), workers);
    fill();
    if (socket.problem().isPresent()) {
      socketRetry.begin(
          config.name().value(), SocketRetry.PAUSE, () -> tryAgain(shop, runDirectory));
    }
    lookForPending();
  }

  private void ended() {
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
    workers.slots().keySet().stream().sorted(Comparator.reverseOrder()).forEach(workers::retire);
    unavailable.close();
    socket.close();
    Optional<FailureResource> left = workers.awaitGone();
    logs.close();
    if (left.isPresent()) {
      throw new IOException(left.get().detail());
    }
    OwnDirectories.delete(runDirectory);
    return count;
  }

  private boolean tryAgain(NodeWorkshop shop, Path runDirectory)
      throws IOException, InterruptedException {
    socket.acquire(ledger, shop, runDirectory, host.clock());
    if (socket.problem().isPresent()) {
      return false;
    }
    unavailable.watch(socket.held(), workers);
    if (ledger.state().running() == null) {
      fill(); // What is empty because there was nothing to give to a worker.
    }
    return true;
  }

  /** Opens the app and brings it back to where it was. */
  static App open(AppConfig config, Host host) throws IOException, InterruptedException {
    long lastRun =
        NodeWorkshop.lastRun(host.config().run().resolve(config.name().value())); // Workers go on.
    AppDisk disk =
        AppDisk.open(
            new AppDisk.Place(host.config().root(), config.name(), config.trust().env()),
            host.durability(),
            host.clock(),
            lastRun);
    try {
      App app = new App(config, host, disk.ledger(), disk.releases());
      app.notices.addAll(disk.notices());
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
    workers.tend(() -> ledger.state().running() != null);
  }

  /**
   * Gives every empty slot a worker of what is known to be good, all at once: capacity first, then
   * whatever was under way.
   */
  private void fill() {
    AppState state = ledger.state();
    Deployment running = state.running();
    Generation good = running == null ? state.wanted() : running.from();
    Map<Integer, WorkerPool.Slot> slots = workers.slots();
    boolean stopped = state.standing().stopped() != null;
    int wanted = stopped ? 0 : state.standing().slots(config.instances());
    if (good != null && socket.problem().isEmpty()) {
      for (int slot = 0; slot < wanted; slot++) {
        if (!slots.containsKey(slot)) {
          workers.keep(slot, good);
        }
      }
    }
    if (running == null && good == null && !slots.isEmpty()) {
      String notice =
          slots.size()
              + " workers of releases that the journal knows nothing of were found, and go on: the journal was lost. Deploy a release to"
              + " take over from them.";
      LOG.error("{} app={}", notice, config.name());
      whileNothingIsWanted = notice;
    } else if (running == null) {
      slots.keySet().stream().filter(slot -> slot >= wanted).forEach(workers::retire);
    }
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
    AppState state = ledger.state();
    Map<Integer, WorkerPool.Slot> slots = workers.slots();
    List<String> all = new ArrayList<>(notices);
    all.addAll(keeping.notices());
    String lost = whileNothingIsWanted;
    if (lost != null && state.wanted() == null) {
      all.add(lost);
    }
    socket
        .problem()
        .ifPresent(reason ->
            all.add(
                "The shared socket could not be taken back, deployments are refused: " + reason));
    unavailable.notice().ifPresent(all::add);
    if (ledger.isReadonly()) {
      all.add(
          "The journal cannot be written, deployments and uploads are refused: look at the disk, then restart the agent.");
    }
    all.addAll(taint.notices());
    UpkeepResource upkeep = workers.upkeep();
    if (upkeep.waiting() != null) {
      all.add(upkeep.waiting());
    }
    all.addAll(logs.notices());
    all.addAll(ofTheHost);
    int instances = deployments.slots();
    return new AppResource(
        config.name().value(),
        AppView.condition(state, instances, slots),
        state.wanted() == null ? null : state.wanted().release().value(),
        state.wanted() == null ? null : state.wanted().shortDigest(),
        config.listening(),
        instances,
        workers.workers(),
        state.latest().map(deployment -> AppView.deployment(deployment, slots)).orElse(null),
        AppView.scaled(state.standing(), config.instances()),
        AppView.stopped(state.standing()),
        planning.pending(),
        upkeep,
        all);
  }

  /** What its workers write. */
  AppLogs logs() {
    return logs;
  }

  /** Reads what its workers wrote. */
  LogReader readLogs(LogQuery query) {
    return new LogReader(logs, query, host.clock());
  }

  /** The releases that are here, newest first; reads their evidence from disk. */
  List<ReleaseResource> listReleases() throws IOException {
    AppState state = ledger.state();
    @Nullable ReleaseId current = releases.current().orElse(null);
    return releases.list().stream()
        .map(release ->
            AppView.release(release, state, current, taint.why(release.id()).orElse(null)))
        .toList();
  }

  /** The deployments that are remembered, newest first. */
  List<DeploymentResource> listDeployments() {
    AppState state = ledger.state();
    Map<Integer, WorkerPool.Slot> slots = workers.slots();
    List<DeploymentResource> all = new ArrayList<>();
    if (state.running() != null) {
      all.add(AppView.deployment(state.running(), slots));
    }
    state.ended().reversed().forEach(deployment -> all.add(AppView.deployment(deployment, slots)));
    return all;
  }

  /** One deployment; rejects what is not remembered. */
  DeploymentResource deployment(DeploymentId id) throws Rejected {
    return ledger
        .state()
        .deployment(id)
        .map(deployment -> AppView.deployment(deployment, workers.slots()))
        .orElseThrow(() ->
            new Rejected(
                ErrorCode.DEPLOYMENT_UNKNOWN,
                "Deployment " + id + " is not remembered on this host.",
                id.toString()));
  }

  /** Asks for a deployment; blocks for a write to the journal. */
  DeploymentResource deploy(ReleaseId release, Control.Overrides overrides, String requestedBy)
      throws Rejected, IOException {
    requireSocket();
    synchronized (retention) {
      trust.requireUntainted(release, overrides.allowTainted(), requestedBy);
      return AppView.deployment(
          deployments.deploy(release, overrides.force(), requestedBy), workers.slots());
    }
  }

  /** What is decided about whom the app trusts. */
  AppTrust trust() {
    return trust;
  }

  /** Asks for a rollback; blocks for a write to the journal. */
  DeploymentResource rollback(@Nullable ReleaseId release, boolean allowTainted, String requestedBy)
      throws Rejected, IOException {
    requireSocket();
    synchronized (retention) {
      ReleaseId target =
          release != null
              ? release
              : ledger.state().previousGood().map(Generation::release).orElse(null);
      if (target != null) {
        trust.requireUntainted(target, allowTainted, requestedBy);
      }
      return AppView.deployment(deployments.rollback(release, requestedBy), workers.slots());
    }
  }

  /** Asks for something to be done with the workers; blocks for a write to the journal. */
  DeploymentResource order(Control.Order order, boolean allowTainted, String requestedBy)
      throws Rejected, IOException {
    boolean starts = !(order instanceof Control.Order.Stop);
    if (starts) {
      requireSocket();
    }
    synchronized (retention) {
      ReleaseId target =
          order instanceof Control.Order.Start(ReleaseId release) && release != null
              ? release
              : Optional.ofNullable(ledger.state().wanted()).map(Generation::release).orElse(null);
      if (order instanceof Control.Order.Start && target != null) {
        trust.requireUntainted(target, allowTainted, requestedBy);
      }
      Deployment begun =
          switch (order) {
            case Control.Order.Restart(Integer slot) -> deployments.restart(slot, requestedBy);
            case Control.Order.Scale(int instances) -> deployments.scale(instances, requestedBy);
            case Control.Order.Stop _ -> deployments.stop(requestedBy);
            case Control.Order.Start(ReleaseId release) -> deployments.start(release, requestedBy);
          };
      return AppView.deployment(begun, workers.slots());
    }
  }

  /** Blocks until the deployment is over or {@code limit} has passed. */
  DeploymentResource await(DeploymentId id, Duration limit) throws Rejected, InterruptedException {
    deployments.await(id, limit);
    return deployment(id);
  }

  private void requireSocket() throws Rejected {
    if (socket.problem().isPresent()) {
      throw new Rejected(ErrorCode.SOCKET_LOST, socket.problem().get(), config.listening());
    }
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
