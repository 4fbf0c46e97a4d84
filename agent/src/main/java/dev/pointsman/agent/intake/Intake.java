package dev.pointsman.agent.intake;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import dev.pointsman.protocol.bundle.StreamRefused;
import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes bundles in: reads no further than the bytes are trusted, and leaves either a staged release
 * or nothing. Any thread; an upload stays on its caller's.
 */
public final class Intake {
  private static final Logger log = LoggerFactory.getLogger(Intake.class);

  private final HostConfig host;
  private final Function<AppName, ReleaseStore> stores;
  private final TrustFiles trust;
  private final Acceptance acceptance;
  private final Preflight preflight;
  private final Clock clock;
  private final UploadSlots slots;
  private final Map<AppName, ReentrantLock> publishing;

  /**
   * @param stores has one for every app of {@code host}
   * @param clock what keys and manifests are held against
   */
  public Intake(
      HostConfig host,
      Function<AppName, ReleaseStore> stores,
      TrustFiles trust,
      Acceptance acceptance,
      DiskSpace disk,
      Clock clock) {
    this.host = host;
    this.stores = stores;
    this.trust = trust;
    this.acceptance = acceptance;
    this.preflight = new Preflight(host.limits(), disk, host.root());
    this.clock = clock;
    this.slots = new UploadSlots(host.limits().uploads(), host.limits().uploadsPerApp());
    this.publishing =
        host.apps().stream()
            .collect(Collectors.toUnmodifiableMap(AppConfig::name, _ -> new ReentrantLock()));
  }

  /**
   * Receives a bundle for {@code release} of {@code app} and stages it; returns when that is
   * durable and journaled.
   *
   * @param body the bundle; read to its end only where everything is accepted
   * @param requestedBy for the log
   * @throws Rejected where anything about the bundle is refused; nothing of it remains
   * @throws IOException where {@code body} or the disk failed; nothing of it remains
   */
  public Received receive(
      AppName app, ReleaseId release, InputStream body, AppConfig config, String requestedBy)
      throws Rejected, IOException, InterruptedException {
    if (!config.name().equals(app)) {
      throw new IllegalStateException("the configuration of " + config.name() + " for " + app);
    }
    try (UploadSlots.Slot _ = slots.take(app, release)) {
      Received received = upload(config, release).run(body);
      log.atInfo()
          .addKeyValue("app", app)
          .addKeyValue("release", release)
          .addKeyValue("requested_by", requestedBy)
          .addKeyValue("signers", received.release().signers())
          .addKeyValue("created", received.created())
          .addKeyValue("duration_ms", received.took().toMillis())
          .log("A release was received.");
      return received;
    } catch (StreamRefused e) {
      throw e.rejected();
    } catch (IOException e) {
      Optional<Rejected> full = DiskFull.of(e);
      if (full.isPresent()) {
        throw full.get();
      }
      throw e;
    }
  }

  private Upload upload(AppConfig config, ReleaseId release) {
    ReentrantLock lock = publishing.get(config.name());
    if (lock == null) {
      throw new IllegalStateException("not an app of this host: " + config.name());
    }
    return new Upload(
        new Upload.Address(host, config, release),
        stores.apply(config.name()),
        new Upload.Rules(trust, acceptance, preflight),
        lock,
        clock);
  }
}
