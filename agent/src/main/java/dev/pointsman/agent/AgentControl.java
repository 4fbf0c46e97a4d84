package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.deployment.DeploymentId;
import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.intake.Intake;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.logs.LogQuery;
import dev.pointsman.agent.logs.LogReader;
import dev.pointsman.agent.release.Findings;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.api.VerificationResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.concurrent.Semaphore;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joins the HTTP API to the apps. */
final class AgentControl implements Control {
  private static final Logger LOG = LoggerFactory.getLogger(AgentControl.class);

  /**
   * The apps of this host.
   *
   * @param apps those that are managed
   * @param broken why the others are not
   * @param reloading all of them, as their files are
   */
  record Managed(
      SortedMap<AppName, App> apps, SortedMap<AppName, String> broken, Reloading reloading) {}

  private final SortedMap<AppName, App> apps;
  private final SortedMap<AppName, String> broken;
  private final Reloading reloading;
  private final Intake intake;
  private final AgentTrust trust;
  private final EventLog events;
  private final StoreKeeper keeper;
  private final Deliveries deliveries;
  private final Semaphore verifying = new Semaphore(1);

  AgentControl(
      Managed managed, Intake intake, AgentTrust trust, EventLog events, StoreKeeper keeper) {
    this.apps = managed.apps();
    this.broken = managed.broken();
    this.reloading = managed.reloading();
    this.intake = intake;
    this.trust = trust;
    this.events = events;
    this.keeper = keeper;
    this.deliveries = new Deliveries(events, new RefusalTally());
  }

  /** How many bundles were refused, and why. */
  RefusalTally refusals() {
    return deliveries.refusals();
  }

  @Override
  public List<AppResource> apps() {
    return reloading.configured().stream()
        .sorted(Comparator.comparing(AppConfig::name))
        .map(this::view)
        .toList();
  }

  @Override
  public AppResource app(AppName app) throws Rejected {
    Optional<AppConfig> config =
        reloading.configured().stream().filter(it -> it.name().equals(app)).findFirst();
    return config.isPresent() ? view(config.get()) : find(app).view(trust.problems());
  }

  @Override
  public List<ReleaseResource> releases(AppName app) throws Rejected {
    App found = find(app);
    return orFault("The releases of " + app + " cannot be read", found.status()::listReleases);
  }

  @Override
  public VerificationResource verify(AppName app, ReleaseId release) throws Rejected {
    App found = find(app);
    if (!verifying.tryAcquire()) {
      throw new Rejected(
          ErrorCode.LIMIT_RATE, "Another release is being verified, and one at a time is read.");
    }
    try {
      Findings findings = found.releases().inspect(release);
      return new VerificationResource(
          app.value(), release.value(), findings.isSound(), findings.count(), findings.kept());
    } finally {
      verifying.release();
    }
  }

  @Override
  public LogLines logs(AppName app, LogQuery query) throws Rejected {
    App found = find(app);
    LogReader reader = found.readLogs(query);
    return () -> orFault("The logs of " + app + " cannot be read", reader::next);
  }

  @Override
  public List<DeploymentResource> deployments(AppName app) throws Rejected {
    return find(app).status().listDeployments();
  }

  @Override
  public DeploymentResource deployment(String id) throws Rejected {
    DeploymentId parsed = parse(id);
    return find(parsed.app()).status().deployment(parsed);
  }

  @Override
  public DeploymentResource deploy(
      AppName app, ReleaseId release, Overrides overrides, String requestedBy) throws Rejected {
    App found = find(app);
    reloading.reread(found);
    trust.look();
    return orFault(
        "The deployment of " + release + " cannot begin",
        () -> found.orders().deploy(release, overrides, requestedBy));
  }

  @Override
  public DeploymentResource rollback(
      AppName app, @Nullable ReleaseId release, boolean allowTainted, String requestedBy)
      throws Rejected {
    App found = find(app);
    trust.look();
    return orFault(
        "The rollback of " + app + " cannot begin",
        () -> found.orders().rollback(release, allowTainted, requestedBy));
  }

  @Override
  public DeploymentResource order(
      AppName app, Order order, boolean allowTainted, String requestedBy) throws Rejected {
    App found = find(app);
    if (order instanceof Order.Start || order instanceof Order.Scale) {
      reloading.reread(found);
    }
    trust.look();
    return orFault(
        "The workers of " + app + " cannot be changed",
        () -> found.orders().order(order, allowTainted, requestedBy));
  }

  @Override
  public PlanResource plan(AppName app, @Nullable ReleaseId release) throws Rejected {
    App found = find(app);
    AppConfig next = reloading.look(found);
    return orFault("The plan for " + app + " cannot be made", () -> found.plan(release, next));
  }

  @Override
  public ReloadResource reload(boolean apply, String requestedBy) throws Rejected {
    ReloadResource read = reloading.reload(requestedBy);
    List<ReloadResource.Applied> applied = new ArrayList<>();
    for (ReloadResource.AppChange change : read.apps()) {
      if (apply && !change.pending().isEmpty()) {
        applied.add(apply(new AppName(change.app()), requestedBy));
      }
    }
    return new ReloadResource(read.apps(), read.start(), applied);
  }

  private ReloadResource.Applied apply(AppName app, String requestedBy) {
    try {
      Generation wanted = Objects.requireNonNull(find(app).ledger().state().wanted());
      DeploymentResource begun = deploy(app, wanted.release(), Overrides.NONE, requestedBy);
      return new ReloadResource.Applied(app.value(), begun.id(), null);
    } catch (Rejected e) {
      return new ReloadResource.Applied(app.value(), null, e.code().wire() + ": " + e.detail());
    }
  }

  @Override
  public TrustResource trust() {
    return trust.list(apps.values());
  }

  @Override
  public TrustReport judge(AppName app, byte[] manifest, SortedMap<String, byte[]> signatures)
      throws Rejected {
    return trust.judge(find(app), manifest, signatures);
  }

  @Override
  public SequenceResource resetSequence(
      AppName app, long sequence, String reason, String requestedBy) throws Rejected {
    App found = find(app);
    return orFault(
        "The sequence of " + app + " cannot be reset",
        () -> found.trust().resetSequence(sequence, reason, requestedBy));
  }

  @Override
  public Upload receive(AppName app, ReleaseId release, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException {
    find(app);
    return deliveries.tell(
        app, release, requestedBy, () -> intake.receive(app, release, body, requestedBy));
  }

  @Override
  public Upload receivePack(
      AppName app, ReleaseId release, PackFormat format, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException {
    find(app);
    return deliveries.tell(
        app,
        release,
        requestedBy,
        () -> intake.receivePack(app, release, Deliveries.format(format), body, requestedBy));
  }

  @Override
  public Missing missing(AppName app, ReleaseId release) throws Rejected {
    find(app);
    return orFault(
        "The session of " + release + " cannot be read",
        () -> Deliveries.missing(intake.missing(app, release)));
  }

  @Override
  public void discard(AppName app, ReleaseId release) throws Rejected {
    find(app);
    orFault(
        "The session of " + release + " cannot be deleted",
        () -> {
          intake.discard(app, release);
          return app;
        });
  }

  @Override
  public Blob blob(AppName app, String sha256) throws Rejected {
    find(app);
    return orFault(
        "The sessions of " + app + " cannot be read",
        () -> Deliveries.blob(intake.blob(app, sha256)));
  }

  @Override
  public Blob receiveBlob(
      AppName app, String sha256, Part part, InputStream body, String requestedBy)
      throws Rejected, IOException {
    find(app);
    return deliveries.tellBlob(
        app,
        sha256,
        requestedBy,
        () -> intake.receiveBlob(app, sha256, Deliveries.part(part), body));
  }

  @Override
  public Path fileList(AppName app, ReleaseId release) throws Rejected {
    return find(app).releases().fileList(release);
  }

  @Override
  public ReleaseResource pin(AppName app, ReleaseId release, boolean pinned, String requestedBy)
      throws Rejected {
    App found = find(app);
    return orFault(
        "The pin of " + release + " cannot be written",
        () -> found.keeping().pin(release, pinned, requestedBy));
  }

  @Override
  public GarbageResource collect(Collecting how) throws Rejected {
    return orFault("Garbage cannot be collected", () -> keeper.collect(how));
  }

  @Override
  public DeploymentResource await(String id, Duration limit) throws Rejected, InterruptedException {
    DeploymentId parsed = parse(id);
    return find(parsed.app()).status().await(parsed, limit);
  }

  @Override
  public List<EventResource> eventsSince(@Nullable String after) {
    return events.since(after);
  }

  @Override
  public AutoCloseable follow(Consumer<EventResource> follower) {
    return events.follow(follower);
  }

  private AppResource view(AppConfig config) {
    App app = apps.get(config.name());
    return app != null
        ? app.view(trust.problems())
        : AppView.unmanaged(config, String.valueOf(broken.get(config.name())));
  }

  private App find(AppName app) throws Rejected {
    String why = broken.get(app);
    if (why != null) {
      throw new Rejected(ErrorCode.APP_UNMANAGED, why, app.value());
    }
    App found = apps.get(app);
    if (found == null) {
      throw new Rejected(
          ErrorCode.APP_UNKNOWN,
          "No app " + app + " is configured on this host; there are: " + apps.keySet() + ".",
          app.value());
    }
    return found;
  }

  private static DeploymentId parse(String id) throws Rejected {
    return DeploymentId.parse(id)
        .orElseThrow(() ->
            new Rejected(
                ErrorCode.DEPLOYMENT_UNKNOWN,
                "'" + id + "' is no deployment's id, which are like web-17.",
                id));
  }

  /** Something that reads or writes this host's disk. */
  private interface Action<T> {
    T run() throws Rejected, IOException;
  }

  private static <T> T orFault(String what, Action<T> action) throws Rejected {
    try {
      return action.run();
    } catch (IOException e) {
      LOG.error("{}.", what, e);
      throw new Rejected(ErrorCode.HOST_FAULT, what + ": " + e.getMessage());
    }
  }
}
