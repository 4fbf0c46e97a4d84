package dev.pointsman.agent;

import dev.pointsman.agent.config.HostConfig.StoreConfig;
import dev.pointsman.agent.content.DiskSpace;
import dev.pointsman.agent.http.Control;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.store.BlobKey;
import dev.pointsman.agent.store.ContentStore;
import dev.pointsman.agent.store.Pace;
import dev.pointsman.agent.store.Scrubbed;
import dev.pointsman.protocol.api.GarbageResource;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks after the store on a thread of its own: sweeps it every hour and at once when space runs
 * short, reads all of it every week, and finds the releases that damaged content belongs to.
 */
final class StoreKeeper {
  static final Duration SWEEP_EVERY = Duration.ofHours(1);
  static final Duration LOW_SPACE_EVERY = Duration.ofMinutes(10);

  private static final Logger LOG = LoggerFactory.getLogger(StoreKeeper.class);
  private static final Duration LOOK_EVERY = Duration.ofSeconds(30);

  /** What the keeper works with. */
  record Parts(
      StoreConfig config,
      Path root,
      ContentStore content,
      Collection<KeptApp> apps,
      GarbageCollection garbage,
      Damages damages,
      DiskSpace space,
      EventLog events,
      Clock clock,
      Pace pace) {}

  private final Parts parts;
  private final StoreTally tally = new StoreTally();
  private final Semaphore wake = new Semaphore(0);
  private final Thread thread;
  private Instant swept = Instant.MIN;
  private Instant lowSince = Instant.MIN;
  private volatile boolean scrubWanted;

  StoreKeeper(Parts parts) {
    this.parts = parts;
    this.thread = Thread.ofVirtual().name("store-keeper").unstarted(this::run);
  }

  /** Begins. */
  void start() {
    thread.start();
  }

  /** What was done so far. */
  StoreTally tally() {
    return tally;
  }

  /** Collects garbage because somebody asked; blocks until it is done. */
  GarbageResource collect(Control.Collecting how) throws IOException {
    GarbageResource done = collect(how.dryRun(), how.now());
    if (!how.scrub() || how.dryRun()) {
      return done;
    }
    scrubWanted = true;
    wake.release();
    return new GarbageResource(
        false,
        done.releases(),
        done.spares(),
        done.blobs(),
        done.bytes(),
        done.keptBlobs(),
        done.keptBytes(),
        true);
  }

  private GarbageResource collect(boolean dryRun, boolean now) throws IOException {
    GarbageResource done = parts.garbage().run(dryRun, now);
    tally.collected(done);
    if (!dryRun && done.blobs() + done.releases().size() > 0) {
      LOG.info(
          "Garbage is collected. releases={} blobs={} bytes={}",
          done.releases(),
          done.blobs(),
          done.bytes());
      parts
          .events()
          .publish(
              "store.swept",
              null,
              done.blobs() + " unused files were deleted from the store.",
              Map.of(
                  "blobs", Integer.toString(done.blobs()), "bytes", Long.toString(done.bytes())));
    }
    return done;
  }

  private void run() {
    try {
      while (true) {
        boolean more = turn();
        if (!more && wake.tryAcquire(LOOK_EVERY.toMillis(), TimeUnit.MILLISECONDS)) {
          wake.drainPermits();
        }
      }
    } catch (InterruptedException e) {
      // Closed.
    }
  }

  /** Does what is due; returns whether there is more to do at once. */
  boolean turn() throws InterruptedException {
    try {
      lookForDamage();
      sweepIfDue();
      return scrubIfDue();
    } catch (IOException | RuntimeException e) {
      LOG.error("The store could not be looked after; it is tried again. {}", e.getMessage(), e);
      return false;
    }
  }

  private void lookForDamage() throws IOException {
    for (Optional<BlobKey> key = parts.damages().next();
        key.isPresent();
        key = parts.damages().next()) {
      tally.damaged();
      for (KeptApp app : parts.apps()) {
        app.lookForDamage(key.get());
      }
    }
  }

  private void sweepIfDue() throws IOException {
    Instant now = parts.clock().instant();
    if (isLow() && !now.isBefore(after(lowSince, LOW_SPACE_EVERY))) {
      lowSince = now;
      swept = now;
      GarbageResource done = collect(false, true);
      String what =
          "Less than "
              + parts.config().lowSpace()
              + " % of the disk of "
              + parts.root()
              + " is free; "
              + done.blobs()
              + " unused files with "
              + done.bytes()
              + " bytes were deleted at once.";
      LOG.warn(what);
      parts.events().publish("store.low_space", null, what, Map.of());
    } else if (!now.isBefore(after(swept, SWEEP_EVERY))) {
      swept = now;
      collect(false, false);
    }
  }

  private static Instant after(Instant then, Duration pause) {
    return then.equals(Instant.MIN) ? then : then.plus(pause);
  }

  private boolean isLow() throws IOException {
    if (parts.config().lowSpace() == 0) {
      return false;
    }
    DiskSpace.Free free = parts.space().on(parts.root());
    return free.usableBytes() < free.totalBytes() / 100 * parts.config().lowSpace();
  }

  private boolean scrubIfDue() throws IOException, InterruptedException {
    if (!isScrubDue()) {
      return false;
    }
    Scrubbed done = parts.content().scrubNext(parts.pace());
    tally.scrubbed(done);
    boolean over = parts.content().scrubState().next() == 0;
    if (over) {
      scrubWanted = false;
      LOG.info("All content was read again. {}", tally.scrubs());
    }
    return !over;
  }

  private boolean isScrubDue() {
    if (scrubWanted || parts.content().scrubState().next() > 0) {
      return true;
    }
    Duration interval = parts.config().scrubInterval();
    Instant completed = parts.content().scrubState().completed();
    return !interval.isZero() && !parts.clock().instant().isBefore(completed.plus(interval));
  }

  /** Ends; what it is at is finished, or done again at the next start. */
  void stop() throws InterruptedException {
    thread.interrupt();
    if (thread.getState() != Thread.State.NEW) {
      thread.join();
    }
  }
}
