package dev.pointsman.agent.intake;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowable;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.AppConfig.HealthConfig;
import dev.pointsman.agent.config.AppConfig.LogConfig;
import dev.pointsman.agent.config.AppConfig.RestartConfig;
import dev.pointsman.agent.config.AppConfig.RollConfig;
import dev.pointsman.agent.config.AppConfig.TrustConfig;
import dev.pointsman.agent.config.GateConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import dev.pointsman.agent.config.HostConfig.LimitsConfig;
import dev.pointsman.agent.config.HostConfig.SignersConfig;
import dev.pointsman.agent.content.Blobs;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.agent.release.DiskSnapshot;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A host with one app, whose clock stands still. */
final class TestHost implements Acceptance, Durability {
  static final AppName WEB = new AppName("web");
  static final ReleaseId R1 = new ReleaseId("r1");

  final Path root;
  final Path signers;
  final Path revoked;
  final List<String> alarms = new ArrayList<>();
  final List<String> damaged = new ArrayList<>();
  final List<StagedRelease> journaled = new ArrayList<>();
  LimitsConfig limits = new LimitsConfig(1 << 20, 1_000, 1 << 20, 4 << 20, 10, 2, 1);
  List<String> require = List.of("1 of ci@web");
  Instant now = Instant.parse("2026-11-22T19:00:00Z");
  DiskSpace.Free free = new DiskSpace.Free(1L << 40, 1L << 40, 1L << 30);
  SequenceFloor floor = SequenceFloor.EMPTY;
  Instant latest = Instant.EPOCH;
  boolean replaceable = true;
  boolean readonly;
  boolean targetOptional;
  IOException journalFault;
  IOException diskFault;

  /** Whether the disk has no inodes left once it failed. */
  boolean outOfInodes;

  private ReleaseStore store;
  private Blobs blobs = new NoBlobs();
  private Intake intake;
  private AppConfig configured;
  private boolean failed;

  TestHost(Path directory, SigningKey... trusted) throws Exception {
    root = Files.createDirectories(directory.resolve("root"));
    Path conf = Files.createDirectories(directory.resolve("conf"));
    signers = conf.resolve("allowed_signers");
    revoked = Files.writeString(conf.resolve("revoked"), "");
    StringBuilder lines = new StringBuilder();
    for (int i = 0; i < trusted.length; i++) {
      lines.append(i == 0 ? "ci@web" : "person" + i + "@ops");
      lines.append(" namespaces=\"").append(SigningKey.NAMESPACE).append("\" ");
      lines.append(trusted[i].publicKey()).append('\n');
    }
    Files.writeString(signers, lines);
  }

  ReleaseStore store() throws IOException {
    if (store == null) {
      store = ReleaseStore.open(root, WEB, this, clock());
    }
    return store;
  }

  private Clock clock() {
    return new Clock() {
      @Override
      public ZoneOffset getZone() {
        return ZoneOffset.UTC;
      }

      @Override
      public Clock withZone(java.time.ZoneId zone) {
        return this;
      }

      @Override
      public Instant instant() {
        return now;
      }
    };
  }

  Intake intake() throws IOException {
    if (intake == null || !configured.equals(app())) {
      configured = app();
      Intake.AppStore opened = new Intake.AppStore(store(), blobs());
      SignersConfig files = new SignersConfig(signers, Optional.of(revoked));
      HostConfig host =
          new HostConfig(
              "web-1.example.net",
              "linux/amd64",
              root,
              root,
              new HttpConfig(root, Optional.empty(), Optional.empty()),
              files,
              limits,
              HostConfig.StoreConfig.DEFAULT,
              List.of(configured));
      intake =
          new Intake(
              host, _ -> opened, new TrustFiles(files, alarms::add), this, _ -> free(), clock());
    }
    return intake;
  }

  AppConfig app() {
    return new AppConfig(
        WEB,
        List.of(new Endpoint("127.0.0.1", 3000)),
        511,
        1,
        AppConfig.ScaleConfig.DEFAULT,
        Optional.empty(),
        Optional.empty(),
        Optional.empty(),
        Map.of(),
        Optional.empty(),
        HealthConfig.DEFAULT,
        GateConfig.DEFAULT,
        RollConfig.DEFAULT,
        RestartConfig.DEFAULT,
        AppConfig.ResourcesConfig.NONE,
        Optional.empty(),
        new TrustConfig(
            require, "prod", Duration.ofDays(7), Duration.ofMinutes(5), 1_000, targetOptional),
        LogConfig.DEFAULT,
        5,
        3);
  }

  Blobs blobs() {
    return blobs;
  }

  private DiskSpace.Free free() {
    boolean none = outOfInodes && failed;
    return none ? new DiskSpace.Free(free.totalBytes(), free.usableBytes(), 0) : free;
  }

  /** From now on there is a real store, which an app uses like this. */
  void share(Sharing sharing) throws IOException {
    blobs = new TestBlobs(root, this, clock(), sharing);
  }

  Received receive(byte[] bundle) throws Exception {
    return receive(R1, new ByteArrayInputStream(bundle));
  }

  Received receive(ReleaseId id, InputStream body) throws Exception {
    return complete(deliver(id, body));
  }

  /** The end of an upload that must have been complete. */
  static Received complete(Delivery delivery) {
    assertThat(delivery).isInstanceOf(Delivery.Complete.class);
    return ((Delivery.Complete) delivery).received();
  }

  Delivery deliver(ReleaseId id, InputStream body) throws Exception {
    return intake().receive(WEB, id, body, "ci");
  }

  /** Opens a session with a bundle that has no payload; returns what is asked for. */
  Missing open(ReleaseId id, byte[] envelope) throws Exception {
    return incomplete(deliver(id, new ByteArrayInputStream(envelope)));
  }

  Delivery pack(ReleaseId id, PackFormat format, InputStream tar) throws Exception {
    return intake().receivePack(WEB, id, format, tar, "ci");
  }

  /** What the upload lacks, which must not have been complete. */
  static Missing incomplete(Delivery delivery) {
    assertThat(delivery).isInstanceOf(Delivery.Incomplete.class);
    return ((Delivery.Incomplete) delivery).missing();
  }

  Map<String, String> snapshot() throws IOException {
    store();
    return DiskSnapshot.of(root);
  }

  /** Requires that {@code bundle} is refused with {@code code} and that nothing has changed. */
  Rejected refuses(String code, byte[] bundle) throws Exception {
    return refuses(code, R1, new ByteArrayInputStream(bundle));
  }

  Rejected refuses(String code, ReleaseId id, InputStream body) throws Exception {
    Map<String, String> before = snapshot();
    int known = journaled.size();
    Throwable thrown = catchThrowable(() -> receive(id, body));
    assertThat(thrown).isInstanceOf(Rejected.class);
    Rejected rejected = (Rejected) thrown;
    assertThat(rejected.code().wire()).as(rejected.getMessage()).isEqualTo(code);
    assertThat(rejected.code().status()).isBetween(400, 507).isNotEqualTo(500);
    assertThat(snapshot()).isEqualTo(before);
    assertThat(journaled).hasSize(known);
    return rejected;
  }

  @Override
  public Instant latest(AppName app) {
    return latest;
  }

  @Override
  public boolean isReadonly(AppName app) {
    return readonly;
  }

  @Override
  public SequenceFloor floor(AppName app) {
    return floor;
  }

  @Override
  public void staged(AppName app, StagedRelease release) throws IOException {
    if (journalFault != null) {
      throw journalFault;
    }
    floor = floor.accepted(release.manifest().sequence(), release.digest());
    journaled.add(release);
  }

  @Override
  public boolean mayReplace(AppName app, ReleaseId release) {
    return replaceable;
  }

  @Override
  public void barrier(Path directory) throws IOException {
    if (diskFault != null) {
      failed = true;
      throw diskFault;
    }
  }

  @Override
  public void syncDirectory(Path directory) {}
}
