package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.content.Blob;
import dev.pointsman.agent.content.BlobUpload;
import dev.pointsman.agent.content.Blobs;
import dev.pointsman.agent.content.Content;
import dev.pointsman.agent.content.ContentIndex;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.content.PackFormat;
import dev.pointsman.agent.content.Part;
import dev.pointsman.agent.content.Preflight;
import dev.pointsman.agent.content.Stock;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.Session;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.ReleaseTree;
import dev.pointsman.protocol.bundle.StreamRefused;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.file.NoSuchFileException;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes releases in, whole or in parts: reads no further than the bytes are trusted, and leaves a
 * staged release, an open session, or nothing. Any thread; an upload stays on its caller's.
 */
public final class Intake {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  private final HostConfig host;
  private final Function<AppName, AppStore> stores;
  private final Admission.Rules rules;
  private final Preflight preflight;
  private final Clock clock;
  private final UploadSlots slots;
  private final Map<AppName, AppConfig> configs;
  private final Map<AppName, ReentrantLock> publishing;
  private final ReentrantLock finding = new ReentrantLock();

  /** Where an app's releases are, and what content it can use. */
  public record AppStore(ReleaseStore releases, Blobs blobs) {}

  /**
   * @param stores has one for every app of {@code host}
   * @param clock what keys and manifests are held against
   */
  public Intake(
      HostConfig host,
      Function<AppName, AppStore> stores,
      TrustFiles trust,
      Acceptance acceptance,
      DiskSpace disk,
      Clock clock) {
    this.host = host;
    this.stores = stores;
    this.rules = new Admission.Rules(trust, acceptance);
    this.preflight = new Preflight(host.limits(), disk, host.root());
    this.clock = clock;
    this.slots = new UploadSlots(host.limits().uploads(), host.limits().uploadsPerApp());
    this.configs =
        host.apps().stream()
            .collect(Collectors.toUnmodifiableMap(AppConfig::name, Function.identity()));
    this.publishing =
        host.apps().stream()
            .collect(Collectors.toUnmodifiableMap(AppConfig::name, _ -> new ReentrantLock()));
  }

  /**
   * Receives a bundle for {@code release} of {@code app}; returns when it is durable and journaled,
   * or when its session is open and content is missing.
   *
   * @param body the bundle; read to its end only where everything is accepted
   * @param requestedBy for the log
   * @throws Rejected where anything about the bundle is refused; nothing new remains
   * @throws IOException where {@code body} or the disk failed
   */
  public Delivery receive(AppName app, ReleaseId release, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException {
    try (UploadSlots.Slot slot = slots.take(app, release)) {
      return told(app, release, requestedBy, upload(app, release, slot.buffer()).bundle(body));
    } catch (StreamRefused e) {
      throw e.rejected();
    }
  }

  /** Receives files for an open session. What is good of them stays in any case. */
  public Delivery receivePack(
      AppName app, ReleaseId release, PackFormat format, InputStream body, String requestedBy)
      throws Rejected, IOException, InterruptedException {
    try (UploadSlots.Slot slot = slots.take(app, release)) {
      open(app, release);
      return told(
          app, release, requestedBy, upload(app, release, slot.buffer()).pack(body, format));
    } catch (StreamRefused e) {
      throw e.rejected();
    }
  }

  private static Delivery told(
      AppName app, ReleaseId release, String requestedBy, Delivery delivery) {
    switch (delivery) {
      case Delivery.Complete(Received received) ->
          log.atInfo()
              .addKeyValue("app", app)
              .addKeyValue("release", release)
              .addKeyValue("requested_by", requestedBy)
              .addKeyValue("signers", received.release().signers())
              .addKeyValue("created", received.created())
              .addKeyValue("duration_ms", received.took().toMillis())
              .log("A release was received.");
      case Delivery.Incomplete(Missing missing) ->
          log.atInfo()
              .addKeyValue("app", app)
              .addKeyValue("release", release)
              .addKeyValue("requested_by", requestedBy)
              .addKeyValue("missing_files", missing.files())
              .addKeyValue("missing_bytes", missing.bytes())
              .log("An upload session waits for content.");
    }
    return delivery;
  }

  /** What the session of {@code release} lacks; rejects with {@code session.unknown}. */
  public Missing missing(AppName app, ReleaseId release) throws Rejected, IOException {
    try (UploadSlots.Slot _ = slots.hold(app, release)) {
      Session session = open(app, release);
      ReleaseTree tree = list(session);
      return Missing.of(
          tree.files(),
          new Stock(tree, session, stores.apply(app).blobs()).missing(_ -> false),
          session.expires());
    }
  }

  /** Gives up the session of {@code release}; rejects with {@code session.unknown}. */
  public void discard(AppName app, ReleaseId release) throws Rejected, IOException {
    try (UploadSlots.Slot _ = slots.hold(app, release)) {
      open(app, release).delete();
    }
  }

  /** How much of a content is here that an open session of the app names. */
  public Blob blob(AppName app, String sha256) throws Rejected, IOException {
    return find(app, sha256).upload().state();
  }

  /** Receives a part of a content that an open session of the app names. */
  public Blob receiveBlob(AppName app, String sha256, Part part, InputStream body)
      throws Rejected, IOException {
    Found found = find(app, sha256);
    try (UploadSlots.Slot slot = slots.takeBlob(app, found.release(), sha256)) {
      Session session = open(app, found.release()); // It may have ended just now.
      session.touch(clock.instant());
      return found.upload().receive(part, body, preflight, slot.buffer());
    } catch (StreamRefused e) {
      throw e.rejected();
    } catch (IOException e) {
      Optional<Rejected> full = preflight.full(e);
      if (full.isPresent()) {
        giveUp(app, found.release(), full.get());
        throw full.get();
      }
      throw e;
    }
  }

  /** Frees what the session has, unless others still write to it: they will come here as well. */
  private void giveUp(AppName app, ReleaseId release, Exception because) {
    Optional<UploadSlots.Slot> held = slots.tryHold(app, release);
    if (held.isPresent()) {
      try (UploadSlots.Slot _ = held.get()) {
        stores.apply(app).releases().session(release).delete();
      } catch (IOException e) {
        because.addSuppressed(e);
      }
    }
  }

  /** Ends sessions that nobody has used for too long. */
  public void sweep(AppName app) throws IOException {
    sessions(app).sweep();
  }

  /** A session that names a content. */
  private record Found(ReleaseId release, BlobUpload upload, boolean lacks, Instant expires) {
    /** Those that lack it first, and among those the one that was used last. */
    static final Comparator<Found> ORDER =
        Comparator.comparing(Found::lacks).thenComparing(Found::expires);
  }

  /** The session that a content is for: several may name it, and each needs its own. */
  private Found find(AppName app, String sha256) throws Rejected, IOException {
    List<Found> found = new ArrayList<>();
    AppStore store = stores.apply(app);
    finding.lock(); // A list may be large; read one at a time, whoever asks.
    try {
      for (ReleaseId release : store.releases().sessions()) {
        find(store, release, sha256).ifPresent(found::add);
      }
    } finally {
      finding.unlock();
    }
    return found.stream()
        .max(Found.ORDER)
        .orElseThrow(() ->
            new Rejected(
                ErrorCode.SESSION_UNKNOWN,
                "No open upload session of " + app + " has a file of this digest.",
                sha256));
  }

  private Optional<Found> find(AppStore store, ReleaseId release, String sha256)
      throws Rejected, IOException {
    Session session = store.releases().session(release);
    try {
      ReleaseTree tree = isOpen(session) ? list(session) : null;
      int number = tree == null ? -1 : new ContentIndex(tree.files()).first(sha256);
      if (tree == null || number < 0) {
        return Optional.empty();
      }
      BlobUpload upload = new BlobUpload(session, tree.files().get(number), store.blobs());
      return Optional.of(new Found(release, upload, !upload.state().complete(), session.expires()));
    } catch (NoSuchFileException _) {
      return Optional.empty(); // It has just ended.
    }
  }

  private Session open(AppName app, ReleaseId release) throws Rejected, IOException {
    Session session = stores.apply(app).releases().session(release);
    if (!isOpen(session)) {
      throw new Rejected(
          ErrorCode.SESSION_UNKNOWN, "There is no upload session for " + release + ".");
    }
    return session;
  }

  private boolean isOpen(Session session) throws IOException {
    return session.isOpen() && !clock.instant().isAfter(session.expires());
  }

  private ReleaseTree list(Session session) throws Rejected, IOException {
    Manifest manifest = Manifest.parse(session.head().manifest());
    return new Content(manifest, host.limits(), session, ByteBuffer.allocate(0)).readList();
  }

  private Upload upload(AppName app, ReleaseId release, ByteBuffer buffer) {
    AppStore store = stores.apply(app);
    Admission admission =
        new Admission(
            new Admission.Address(host, config(app), release),
            store.releases(),
            rules,
            java.util.Objects.requireNonNull(publishing.get(app)),
            clock);
    return new Upload(
        admission,
        new Upload.Parts(
            store.releases(), store.blobs(), preflight, sessions(app), host.limits(), clock),
        store.releases().session(release),
        buffer);
  }

  private AppConfig config(AppName app) {
    AppConfig config = configs.get(app);
    if (config == null) {
      throw new IllegalStateException("not an app of this host: " + app);
    }
    return config;
  }

  private Sessions sessions(AppName app) {
    return new Sessions(app, stores.apply(app).releases(), slots, clock);
  }
}
