package dev.pointsman.agent;

import dev.pointsman.agent.intake.TrustFiles;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the trust files every few seconds, on a thread of its own, and judges anew what was
 * accepted before when they have changed. Uploads do not wait for it: they read the files
 * themselves.
 */
final class TrustWatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(TrustWatch.class);
  private static final Duration PAUSE = Duration.ofSeconds(5);

  private final TrustFiles trust;
  private final Collection<App> apps;
  private final EventLog events;
  private final Thread thread;
  private Optional<String> told = Optional.empty();

  private TrustWatch(TrustFiles trust, Collection<App> apps, EventLog events) {
    this.trust = trust;
    this.apps = List.copyOf(apps);
    this.events = events;
    this.thread = Thread.ofVirtual().name("trust").unstarted(this::run);
  }

  /** Looks once, and then goes on looking until it is closed. */
  static TrustWatch start(TrustFiles trust, Collection<App> apps, EventLog events) {
    TrustWatch watch = new TrustWatch(trust, apps, events);
    watch.look();
    watch.thread.start();
    return watch;
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(PAUSE);
        look();
      }
    } catch (InterruptedException e) {
      LOG.debug("The trust files are watched no more.");
    }
  }

  /** Reads the files once; where they or the releases are others than before, looks at those. */
  synchronized void look() {
    try {
      TrustFiles.Trusted trusted = trust.now();
      told = Optional.empty();
      for (App app : apps) {
        look(app, trusted);
      }
    } catch (Rejected e) {
      if (!told.equals(Optional.of(e.detail()))) {
        told = Optional.of(e.detail());
        LOG.error("Nobody is trusted: {}", e.detail());
        events.publish(
            "trust.alarm",
            null,
            "Uploads are refused: " + e.detail(),
            Map.of("code", e.code().wire()));
      }
    }
  }

  private void look(App app, TrustFiles.Trusted trusted) {
    try {
      Map<String, String> fresh = app.trust().taint().look(trusted, app.ledger().state().staged());
      fresh.forEach((release, why) -> tell(app, release, why));
    } catch (IOException e) {
      LOG.warn("Releases cannot be looked at. app={}: {}", app.name(), e.getMessage());
    }
  }

  private void tell(App app, String release, String why) {
    Map<String, String> data = new HashMap<>(Map.of("release", release, "code", "release.tainted"));
    LOG.error("A release is tainted. app={} release={}: {}", app.name(), release, why);
    events.publish(
        "release.tainted",
        app.name().value(),
        "Release " + release + " is tainted: " + why + ".",
        data);
  }

  @Override
  public void close() {
    thread.interrupt();
  }
}
