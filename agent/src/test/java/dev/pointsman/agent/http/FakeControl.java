package dev.pointsman.agent.http;

import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.logs.LogQuery;
import dev.pointsman.protocol.api.AppCondition;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.LogLineResource;
import dev.pointsman.protocol.api.Phase;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReleaseState;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.api.TrustReport;
import dev.pointsman.protocol.api.TrustResource;
import dev.pointsman.protocol.api.VerificationResource;
import dev.pointsman.protocol.api.WorkerResource;
import dev.pointsman.protocol.api.WorkerStateName;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.SortedMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** The core as the API sees it: two apps in memory, and a reception that a test writes. */
public final class FakeControl implements Control {
  static final Instant THEN = Instant.parse("2026-11-22T18:45:07Z");

  /** What a test does with an upload. */
  interface Reception {
    StagedResource receive(AppName app, ReleaseId release, InputStream body)
        throws Rejected, IOException, InterruptedException;
  }

  final EventLog events = new EventLog(Clock.systemUTC());
  final Map<String, DeploymentResource> deployments = new LinkedHashMap<>();
  final List<String> asked = new ArrayList<>();
  volatile Reception reception = (app, release, body) -> staged(app, release, drain(body));
  volatile @Nullable Rejected refusal;
  volatile @Nullable RuntimeException bug;
  volatile int followers;
  volatile @Nullable Path fileList;
  volatile @Nullable Missing listed;
  private volatile @Nullable FakeSessions sessions;
  private final List<AppResource> apps = List.of(webApp("web"), webApp("api"));

  static StagedResource staged(AppName app, ReleaseId release, long bytes) {
    return new StagedResource(app.value(), release.value(), "staged", true, 22, bytes, 1, null);
  }

  static long drain(InputStream body) throws IOException {
    byte[] chunk = new byte[32 << 10];
    long total = 0;
    for (int count = body.read(chunk); count >= 0; count = body.read(chunk)) {
      total += count;
    }
    return total;
  }

  static AppResource webApp(String name) {
    WorkerResource online =
        new WorkerResource(
            0,
            name + "-17",
            WorkerStateName.ONLINE,
            4711,
            "r42",
            "0123456789ab",
            THEN,
            0,
            null,
            null,
            1000,
            3,
            5,
            50L << 20,
            "12 jobs done");
    WorkerResource waiting =
        new WorkerResource(
            1,
            name + "-18",
            WorkerStateName.BACKING_OFF,
            null,
            "r42",
            "0123456789ab",
            THEN,
            2,
            "exited with status 1",
            null,
            0,
            0,
            0,
            0,
            null);
    return new AppResource(
        name,
        AppCondition.DEGRADED,
        "r42",
        "0123456789ab",
        "127.0.0.1:3000",
        2,
        List.of(online, waiting),
        null,
        List.of("slot 1 crashed"));
  }

  static DeploymentResource deployment(
      String id, String app, DeploymentKind kind, DeploymentState state, String to, String by) {
    return new DeploymentResource(
        id,
        app,
        kind,
        state,
        Phase.ROLL,
        "r41",
        to,
        by,
        THEN,
        state.isOver() ? THEN.plusSeconds(60) : null,
        1,
        2,
        null,
        List.of(new DeploymentResource.PhaseTime("activate", THEN)));
  }

  private void check() throws Rejected {
    if (bug != null) {
      throw bug;
    }
    if (refusal != null) {
      throw refusal;
    }
  }

  @Override
  public List<AppResource> apps() {
    if (bug != null) {
      throw bug;
    }
    return apps;
  }

  @Override
  public AppResource app(AppName app) throws Rejected {
    return apps.stream()
        .filter(known -> known.app().equals(app.value()))
        .findFirst()
        .orElseThrow(() -> new Rejected(ErrorCode.APP_UNKNOWN, app + " is not configured here."));
  }

  @Override
  public VerificationResource verify(AppName app, ReleaseId release) throws Rejected {
    app(app);
    return new VerificationResource(
        app.value(), release.value(), false, 2, List.of("missing ./a", "added ./b"));
  }

  @Override
  public List<ReleaseResource> releases(AppName app) throws Rejected {
    app(app);
    return List.of(
        new ReleaseResource(
            app.value(),
            "r42",
            ReleaseState.ACTIVE,
            true,
            42,
            "ab".repeat(32),
            List.of("ci@web"),
            THEN,
            THEN,
            22,
            3_915_328,
            false,
            null));
  }

  /** What everybody is told at first. */
  volatile List<LogLineResource> recentLogs = List.of();

  /** Batches of lines that come later, one for each time that they are asked for. */
  final Queue<List<LogLineResource>> logs = new ConcurrentLinkedQueue<>();

  volatile @Nullable LogQuery logQuery;

  @Override
  public LogLines logs(AppName app, LogQuery query) throws Rejected {
    AppResource _ = app(app);
    logQuery = query;
    Queue<List<LogLineResource>> first = new ConcurrentLinkedQueue<>(List.of(recentLogs));
    return () -> {
      List<LogLineResource> next = first.isEmpty() ? logs.poll() : first.poll();
      return next == null ? List.of() : next;
    };
  }

  @Override
  public synchronized List<DeploymentResource> deployments(AppName app) throws Rejected {
    app(app);
    return deployments.values().stream().filter(d -> d.app().equals(app.value())).toList();
  }

  @Override
  public synchronized DeploymentResource deployment(String id) throws Rejected {
    DeploymentResource deployment = deployments.get(id);
    if (deployment == null) {
      throw new Rejected(ErrorCode.DEPLOYMENT_UNKNOWN, id + " is not known here.");
    }
    return deployment;
  }

  @Override
  public DeploymentResource deploy(AppName app, ReleaseId release, Overrides overrides, String by)
      throws Rejected {
    app(app);
    String what =
        "deploy "
            + release
            + " "
            + overrides.force()
            + (overrides.allowTainted() ? " in spite of its taint" : "");
    return begin(app, DeploymentKind.DEPLOY, release.value(), what, by);
  }

  @Override
  public TrustResource trust() {
    SequenceResource sequence = new SequenceResource("web", "prod", 42L, 1_000, THEN);
    return new TrustResource(
        List.of(),
        List.of(
            new TrustResource.Key(
                1,
                List.of("ci@web"),
                false,
                "ssh-ed25519",
                "SHA256:abc",
                List.of("release.v1@pointsman"),
                null,
                THEN,
                "expired")),
        List.of(
            new TrustResource.App(
                "web",
                List.of(new TrustResource.Requirement("1 of ci@web", false, List.of())),
                sequence,
                List.of("r41"))));
  }

  @Override
  public TrustReport judge(AppName app, byte[] manifest, SortedMap<String, byte[]> signatures)
      throws Rejected {
    app(app);
    return new TrustReport(
        app.value(),
        "r" + manifest.length,
        false,
        "sig.untrusted",
        "no",
        List.of(),
        signatures.keySet().stream()
            .map(name -> new TrustReport.Signature(name, "ignored", null, List.of(), "why"))
            .toList(),
        List.of());
  }

  @Override
  public SequenceResource resetSequence(AppName app, long sequence, String reason, String by)
      throws Rejected {
    app(app);
    asked.add("sequence " + sequence + " because " + reason + " by " + by);
    return new SequenceResource(app.value(), "prod", sequence, 1_000, THEN);
  }

  @Override
  public DeploymentResource rollback(
      AppName app, @Nullable ReleaseId release, boolean allowTainted, String by) throws Rejected {
    app(app);
    String to = release == null ? "r41" : release.value();
    return begin(
        app,
        DeploymentKind.ROLLBACK,
        to,
        "rollback " + release + (allowTainted ? " in spite of its taint" : ""),
        by);
  }

  @Override
  public DeploymentResource order(AppName app, Order order, boolean allowTainted, String by)
      throws Rejected {
    app(app);
    DeploymentKind kind =
        switch (order) {
          case Order.Restart _ -> DeploymentKind.RESTART;
          case Order.Scale _ -> DeploymentKind.SCALE;
          case Order.Stop _ -> DeploymentKind.STOP;
          case Order.Start _ -> DeploymentKind.START;
        };
    return begin(app, kind, "r42", order + (allowTainted ? " in spite of its taint" : ""), by);
  }

  @Override
  public PlanResource plan(AppName app, @Nullable ReleaseId release) throws Rejected {
    app(app);
    check();
    asked.add("plan " + release);
    return new PlanResource(
        app.value(),
        false,
        "r41",
        "0123456789ab",
        release == null ? "r41" : release.value(),
        "ba9876543210",
        new PlanResource.Environment(List.of("NEW"), List.of("OLD"), List.of("URL")),
        List.of(new PlanResource.Setting("user", "not set", "web")),
        2,
        4,
        null);
  }

  @Override
  public ReloadResource reload(boolean apply, String by) throws Rejected {
    check();
    asked.add("reload " + apply + " by " + by);
    return new ReloadResource(
        List.of(
            new ReloadResource.AppChange(
                "web",
                ReloadResource.Change.CHANGED,
                List.of("roll"),
                List.of("env: +NEW"),
                List.of())),
        List.of("limits"),
        List.of());
  }

  private synchronized DeploymentResource begin(
      AppName app, DeploymentKind kind, String to, String what, String by) throws Rejected {
    check();
    asked.add(what + " by " + by);
    String id = app + "-" + (deployments.size() + 1);
    DeploymentResource begun = deployment(id, app.value(), kind, DeploymentState.RUNNING, to, by);
    deployments.put(id, begun);
    return begun;
  }

  /** The deployment ends. */
  synchronized void finish(String id, DeploymentState state) {
    DeploymentResource was = deployments.get(id);
    deployments.put(
        id, deployment(id, was.app(), was.kind(), state, was.toRelease(), was.requestedBy()));
    notifyAll();
  }

  @Override
  public Upload receive(AppName app, ReleaseId release, InputStream body, String by)
      throws Rejected, IOException, InterruptedException {
    app(app);
    check();
    FakeSessions parts = sessions;
    return parts == null
        ? new Upload.Complete(reception.receive(app, release, body))
        : parts.receive(app, release, body);
  }

  /** From now on uploads may come in parts, as real bundles. */
  FakeSessions inParts() {
    FakeSessions parts = new FakeSessions();
    sessions = parts;
    return parts;
  }

  private FakeSessions sessions() throws Rejected {
    check();
    FakeSessions parts = sessions;
    if (parts == null) {
      throw FakeSessions.unknown("anything");
    }
    return parts;
  }

  @Override
  public Upload receivePack(
      AppName app, ReleaseId release, PackFormat format, InputStream body, String by)
      throws Rejected, IOException {
    return sessions().receivePack(app, release, format, body);
  }

  @Override
  public Missing missing(AppName app, ReleaseId release) throws Rejected {
    Missing now = listed;
    return now == null ? sessions().missing(app, release) : now;
  }

  @Override
  public void discard(AppName app, ReleaseId release) throws Rejected {
    sessions().discard(app, release);
  }

  @Override
  public Blob blob(AppName app, String sha256) throws Rejected {
    return sessions().blob(app, sha256);
  }

  @Override
  public Blob receiveBlob(AppName app, String sha256, Part part, InputStream body, String by)
      throws Rejected, IOException {
    return sessions().receiveBlob(app, sha256, part, body);
  }

  @Override
  public Path fileList(AppName app, ReleaseId release) throws Rejected {
    Path list = fileList;
    if (list == null) {
      throw new Rejected(ErrorCode.RELEASE_UNKNOWN, release + " is not here.");
    }
    return list;
  }

  @Override
  public synchronized DeploymentResource await(String id, Duration limit)
      throws Rejected, InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    while (!deployment(id).state().isOver()) {
      long left = (deadline - System.nanoTime()) / 1_000_000;
      if (left <= 0) {
        break;
      }
      wait(left);
    }
    return deployment(id);
  }

  @Override
  public List<EventResource> eventsSince(@Nullable String after) {
    return events.since(after);
  }

  @Override
  public AutoCloseable follow(Consumer<EventResource> follower) {
    AutoCloseable subscription = events.follow(follower);
    changeFollowers(1);
    return () -> {
      subscription.close();
      changeFollowers(-1);
    };
  }

  private synchronized void changeFollowers(int by) {
    followers += by;
  }

  @Override
  public ReleaseResource pin(AppName app, ReleaseId release, boolean pinned, String requestedBy)
      throws Rejected {
    check();
    asked.add((pinned ? "pin " : "unpin ") + app + " " + release + " by " + requestedBy);
    ReleaseResource is = releases(app).getFirst();
    return new ReleaseResource(
        is.app(),
        is.release(),
        is.state(),
        is.current(),
        is.sequence(),
        is.digest(),
        is.signers(),
        is.created(),
        is.stagedAt(),
        is.files(),
        is.bytes(),
        pinned,
        is.tainted());
  }

  @Override
  public GarbageResource collect(Collecting how) throws Rejected {
    check();
    asked.add(how.toString());
    return new GarbageResource(how.dryRun(), List.of("web/r1"), 1, 22, 4096, 7, 700, how.scrub());
  }
}
