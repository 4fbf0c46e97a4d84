package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Bounds the uploads, in total and per app, and sees to it that a session is used by one at a time:
 * by one request as a whole, or by several that send different blobs. Any thread.
 */
final class UploadSlots {
  private static final int BUFFER = 64 << 10;

  /**
   * A use of a session.
   *
   * @param blob digest of the only content that is touched; null for all of the session
   * @param counts whether it is an upload
   */
  private record Use(AppName app, ReleaseId release, @Nullable String blob, boolean counts) {
    boolean excludes(Use other) {
      return app.equals(other.app)
          && release.equals(other.release)
          && (blob == null || other.blob == null || blob.equals(other.blob));
    }
  }

  private final int total;
  private final int perApp;
  private final List<Use> running = new ArrayList<>();
  private final ArrayDeque<ByteBuffer> idle = new ArrayDeque<>();

  UploadSlots(int total, int perApp) {
    this.total = total;
    this.perApp = perApp;
  }

  /** Takes a slot for an upload until it is closed, or refuses at once. */
  Slot take(AppName app, ReleaseId release) throws Rejected {
    return take(new Use(app, release, null, true));
  }

  /** Takes a slot for the upload of one blob. */
  Slot takeBlob(AppName app, ReleaseId release, String sha256) throws Rejected {
    return take(new Use(app, release, sha256, true));
  }

  /** Keeps uploads out of a session until it is closed, or refuses at once. */
  Slot hold(AppName app, ReleaseId release) throws Rejected {
    return take(new Use(app, release, null, false));
  }

  /** As {@link #hold}; empty where the session is in use. */
  Optional<Slot> tryHold(AppName app, ReleaseId release) {
    try {
      return Optional.of(hold(app, release));
    } catch (Rejected e) {
      return Optional.empty();
    }
  }

  private synchronized Slot take(Use use) throws Rejected {
    if (running.stream().anyMatch(use::excludes)) {
      throw new Rejected(
          ErrorCode.RELEASE_BUSY,
          "The "
              + (use.blob == null ? "release " + use.release : "blob " + use.blob)
              + " is being received just now.");
    }
    if (use.counts) {
      refuseTooMany(use.app);
    }
    running.add(use);
    return new Slot(this, use, use.counts ? buffer() : null);
  }

  /** There are never more than uploads were running at a time. */
  private ByteBuffer buffer() {
    ByteBuffer free = idle.poll();
    return free == null ? ByteBuffer.allocateDirect(BUFFER) : free;
  }

  private void refuseTooMany(AppName app) throws Rejected {
    List<Use> uploads = running.stream().filter(Use::counts).toList();
    if (uploads.size() >= total) {
      throw new Rejected(ErrorCode.LIMIT_SESSIONS, total + " uploads are running on this host.");
    }
    if (uploads.stream().filter(other -> other.app.equals(app)).count() >= perApp) {
      throw new Rejected(
          ErrorCode.LIMIT_SESSIONS, perApp + " uploads are running for " + app + ".");
    }
  }

  private synchronized void giveBack(Slot slot) {
    if (running.remove(slot.use) && slot.buffer != null) {
      idle.push(slot.buffer);
    }
  }

  /** A place among the running uploads, with the buffer that goes with it. */
  static final class Slot implements AutoCloseable {
    private final UploadSlots slots;
    private final Use use;
    private final @Nullable ByteBuffer buffer;

    private Slot(UploadSlots slots, Use use, @Nullable ByteBuffer buffer) {
      this.slots = slots;
      this.use = use;
      this.buffer = buffer;
    }

    /** Direct; for what is written by the upload. */
    ByteBuffer buffer() {
      if (buffer == null) {
        throw new IllegalStateException("not an upload");
      }
      return buffer;
    }

    @Override
    public void close() {
      slots.giveBack(this);
    }
  }
}
