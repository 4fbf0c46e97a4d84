package dev.pointsman.agent.intake;

import dev.pointsman.agent.release.ReleaseStore;
import dev.pointsman.agent.release.Session;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.Manifest;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The upload sessions of one app: how many there may be, and when they end. A session that is in
 * use is left alone. Any thread.
 */
final class Sessions {
  /** Sessions that an app may have. */
  static final int PER_APP = 8;

  /** An idle session gives way to a new one after this time. */
  static final Duration PATIENCE = Duration.ofHours(1);

  private static final Logger log = LoggerFactory.getLogger(Sessions.class);

  private final AppName app;
  private final ReleaseStore store;
  private final UploadSlots slots;
  private final Clock clock;

  Sessions(AppName app, ReleaseStore store, UploadSlots slots, Clock clock) {
    this.app = app;
    this.store = store;
    this.slots = slots;
    this.clock = clock;
  }

  /**
   * Begins {@code session} anew for {@code manifest}; its slot is taken. An open one, for another
   * manifest, gives way unless it is for a later one.
   */
  void begin(Session session, Manifest manifest) throws Rejected, IOException {
    if (session.isOpen()) {
      Manifest other = Manifest.parse(session.head().manifest());
      if (other.sequence() > manifest.sequence() && !isOver(session, Duration.ZERO)) {
        throw new Rejected(
            ErrorCode.RELEASE_BUSY,
            "A session for "
                + manifest.release()
                + " is open with the sequence number "
                + other.sequence()
                + ", which is above "
                + manifest.sequence()
                + ".");
      }
    } else {
      makeRoom(manifest.release());
    }
    session.create();
  }

  private void makeRoom(ReleaseId release) throws Rejected, IOException {
    if (others(release) < PER_APP) {
      return;
    }
    end(Session.LIFETIME.minus(PATIENCE));
    if (others(release) >= PER_APP) {
      throw new Rejected(
          ErrorCode.LIMIT_SESSIONS,
          PER_APP
              + " upload sessions are open for "
              + app
              + ", all of them in use within the last hour: complete one or give one up.");
    }
  }

  private long others(ReleaseId release) throws IOException {
    return store.sessions().stream().filter(id -> !id.equals(release)).count();
  }

  /** Ends {@code session}, whose release is staged, and those that can never be accepted now. */
  void end(Session session, Manifest staged) {
    try {
      session.delete();
      for (ReleaseId release : store.sessions()) {
        endIf(release, other -> isBelow(other, staged.sequence()));
      }
    } catch (IOException e) {
      // The release is there; what is left over goes with the next sweep.
      log.warn("Upload sessions could not be deleted. app={}: {}", app, e.getMessage());
    }
  }

  private static boolean isBelow(Session session, long sequence) throws IOException {
    try {
      return Manifest.parse(session.head().manifest()).sequence() < sequence;
    } catch (Rejected e) {
      return false; // It was accepted once: somebody else's hand. Its time will come.
    }
  }

  /** Ends what is too old. */
  void sweep() throws IOException {
    end(Duration.ZERO);
  }

  /** Ends sessions that have less than {@code left} to live. */
  private void end(Duration left) throws IOException {
    for (ReleaseId release : store.sessions()) {
      endIf(release, session -> isOver(session, left));
    }
  }

  /** What decides over a session. */
  private interface Condition {
    boolean holds(Session session) throws IOException;
  }

  private void endIf(ReleaseId release, Condition condition) throws IOException {
    Optional<UploadSlots.Slot> held = slots.tryHold(app, release);
    if (held.isPresent()) {
      try (UploadSlots.Slot _ = held.get()) {
        Session session = store.session(release);
        if (!session.isOpen() || condition.holds(session)) {
          session.delete();
        }
      }
    }
  }

  private boolean isOver(Session session, Duration left) throws IOException {
    Instant now = clock.instant();
    return now.plus(left).isAfter(session.expires());
  }
}
