package dev.pointsman.agent;

import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.agent.deployment.AppEntry;
import dev.pointsman.agent.deployment.DeploymentEntry;
import dev.pointsman.agent.deployment.DeploymentId;
import dev.pointsman.agent.intake.Acceptance;
import dev.pointsman.agent.intake.Delivery;
import dev.pointsman.agent.intake.Intake;
import dev.pointsman.agent.intake.Missing;
import dev.pointsman.agent.intake.Received;
import dev.pointsman.agent.intake.TrustFiles;
import dev.pointsman.agent.release.Durability;
import dev.pointsman.agent.release.Generation;
import dev.pointsman.agent.release.StagedRelease;
import dev.pointsman.agent.store.ContentStore;
import dev.pointsman.agent.store.Sharing;
import dev.pointsman.protocol.api.DeploymentKind;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.trust.SequenceFloor;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;

/**
 * The disk of one app and what works on it, as an agent has them, but without workers and without
 * HTTP. Opening it is the agent's own recovery.
 */
final class CrashHost implements Acceptance, AutoCloseable {
  static final AppName WEB = new AppName("web");

  private final AppDisk disk;
  private final ContentStore content;
  private final Intake intake;

  /** Who may sign, and the configuration; the same for every host of a test. */
  record Setup(HostConfig config, Path key) {
    static Setup make(Path directory) throws Exception {
      Path key = CrashBundle.key(directory);
      String[] publicKey = Files.readString(Path.of(key + ".pub")).split(" ");
      Files.writeString(
          directory.resolve("allowed_signers"),
          "ci@web namespaces=\"release.v1@pointsman\" " + publicKey[0] + " " + publicKey[1] + "\n");
      Files.createDirectories(directory.resolve("apps.d"));
      Files.writeString(
          directory.resolve("apps.d/web.toml"),
          "listen = \"127.0.0.1:3000\"\n[trust]\nrequire = [\"1 of ci@web\"]\nenv = \"prod\"\n");
      Path file = directory.resolve("agent.toml");
      Files.writeString(
          file,
          "name = \"web-1\"\nroot = \"%s\"\nrun = \"%s\"\n"
              .formatted(directory.resolve("unused"), directory.resolve("run")));
      return new Setup(ConfigReader.read(file), key);
    }

    CrashBundle bundle(
        Path directory,
        CrashBundle.Kind kind,
        String id,
        long sequence,
        java.util.Map<String, String> files)
        throws Exception {
      return CrashBundle.make(directory, key, kind, new ReleaseId(id), sequence, files);
    }
  }

  private CrashHost(AppDisk disk, ContentStore content, HostConfig host) {
    this.disk = disk;
    this.content = content;
    AppBlobs blobs = new AppBlobs(content, Sharing.LINK);
    this.intake =
        new Intake(
            host,
            _ -> new Intake.AppStore(disk.releases(), blobs),
            new TrustFiles(host.trust(), _ -> {}),
            this,
            _ -> new DiskSpace.Free(1L << 40, 1L << 40, 1L << 30),
            Clock.systemUTC());
  }

  /** Brings back what is below {@code root}. */
  static CrashHost open(Setup setup, Path root, Durability durability) throws IOException {
    AppDisk disk =
        AppDisk.open(new AppDisk.Place(root, WEB, "prod"), durability, Clock.systemUTC(), 0);
    ContentStore content =
        ContentStore.open(
            root,
            durability::barrier,
            (key, what) -> {
              throw new AssertionError(key + ": " + what);
            },
            Clock.systemUTC(),
            (existing, link) -> Files.createLink(link, existing));
    return new CrashHost(disk, content, with(setup.config(), "root", root));
  }

  /** A copy of a record with one component replaced, whatever the others are. */
  private static HostConfig with(HostConfig config, String component, Object value) {
    RecordComponent[] components = HostConfig.class.getRecordComponents();
    try {
      Object[] values = new Object[components.length];
      for (int i = 0; i < values.length; i++) {
        values[i] =
            components[i].getName().equals(component)
                ? value
                : components[i].getAccessor().invoke(config);
      }
      Class<?>[] types =
          Arrays.stream(components).map(RecordComponent::getType).toArray(Class<?>[]::new);
      return HostConfig.class.getDeclaredConstructor(types).newInstance(values);
    } catch (ReflectiveOperationException e) {
      throw new IllegalStateException(e);
    }
  }

  AppDisk disk() {
    return disk;
  }

  /** Uploads in one piece. */
  Received receive(CrashBundle bundle) throws Exception {
    Delivery delivery =
        intake.receive(WEB, bundle.id(), new ByteArrayInputStream(bundle.whole()), "ci");
    return switch (delivery) {
      case Delivery.Complete(Received received) -> received;
      case Delivery.Incomplete(Missing missing) -> throw new AssertionError(missing);
    };
  }

  /** Uploads only what is missing; {@code bundle} has a list, and something new. */
  Received receiveDelta(CrashBundle bundle) throws Exception {
    Delivery begun =
        intake.receive(WEB, bundle.id(), new ByteArrayInputStream(bundle.envelope()), "ci");
    if (begun instanceof Delivery.Complete(Received received)) {
      return received; // Everything was here.
    }
    Missing missing = ((Delivery.Incomplete) begun).missing();
    byte[] pack = bundle.pack(missing.paths());
    Delivery ended =
        intake.receivePack(WEB, bundle.id(), PackFormat.TAR, new ByteArrayInputStream(pack), "ci");
    return ((Delivery.Complete) ended).received();
  }

  /** Deletes what no release has a link to, without waiting for a grace. */
  void collectGarbage() throws IOException {
    content.sweep(Instant.now().plusSeconds(60), _ -> false, false);
  }

  /** What a deployment writes, without its workers. */
  void deploy(ReleaseId release) throws Exception {
    StagedRelease staged = disk.releases().find(release).orElseThrow();
    Generation before = disk.ledger().state().wanted();
    Generation next = new Generation(release, staged.digest());
    DeploymentId id = new DeploymentId(WEB, disk.ledger().state().count() + 1);
    var at = Clock.systemUTC().instant();
    disk.ledger()
        .append(
            new DeploymentEntry.Begun(id, DeploymentKind.DEPLOY, before, next, 1, true, "ci", at));
    disk.releases().flip(release);
    disk.ledger().append(new DeploymentEntry.Flipped(id, release, at));
    disk.ledger().append(new DeploymentEntry.Ended(id, DeploymentState.SUCCESSFUL, at));
  }

  /** Keeps retention from {@code release}. */
  void pin(ReleaseId release) throws IOException {
    disk.ledger().append(new AppEntry.Pinned(release, "ci", Clock.systemUTC().instant()));
  }

  /** What retention does with a release. */
  void remove(ReleaseId release) throws IOException {
    disk.ledger().append(new AppEntry.Removed(release, Clock.systemUTC().instant()));
    disk.releases().remove(release);
  }

  @Override
  public Instant latest(AppName app) {
    return disk.ledger().latest();
  }

  @Override
  public boolean isReadonly(AppName app) {
    return disk.ledger().isReadonly();
  }

  @Override
  public SequenceFloor floor(AppName app) {
    return disk.ledger().state().floor();
  }

  @Override
  public void staged(AppName app, StagedRelease release) throws IOException {
    disk.ledger().append(AppDisk.staged(release, Clock.systemUTC()));
  }

  @Override
  public boolean mayReplace(AppName app, ReleaseId release) {
    try {
      return !disk.releases().current().equals(Optional.of(release));
    } catch (IOException e) {
      return false;
    }
  }

  @Override
  public void close() throws IOException {
    disk.ledger().close();
  }
}
