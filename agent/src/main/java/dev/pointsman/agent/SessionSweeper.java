package dev.pointsman.agent;

import dev.pointsman.agent.intake.Intake;
import dev.pointsman.protocol.bundle.AppName;
import java.io.IOException;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Ends upload sessions that were given up by their senders, on a thread of its own. */
final class SessionSweeper {
  private static final Logger LOG = LoggerFactory.getLogger(SessionSweeper.class);
  private static final Duration EVERY = Duration.ofMinutes(10);

  private final Intake intake;
  private final List<AppName> apps;
  private final Thread thread;

  private SessionSweeper(Intake intake, Collection<AppName> apps) {
    this.intake = intake;
    this.apps = List.copyOf(apps);
    this.thread = Thread.ofVirtual().name("session sweeper").unstarted(this::run);
  }

  static SessionSweeper start(Intake intake, Collection<AppName> apps) {
    SessionSweeper sweeper = new SessionSweeper(intake, apps);
    sweeper.thread.start();
    return sweeper;
  }

  private void run() {
    try {
      while (true) {
        Thread.sleep(EVERY);
        apps.forEach(this::sweep);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt(); // The agent stops.
    }
  }

  private void sweep(AppName app) {
    try {
      intake.sweep(app);
    } catch (IOException e) {
      LOG.warn("Old upload sessions could not be deleted. app={}: {}", app, e.getMessage());
    }
  }

  void stop() throws InterruptedException {
    thread.interrupt();
    thread.join();
  }
}
