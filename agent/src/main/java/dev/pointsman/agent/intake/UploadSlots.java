package dev.pointsman.agent.intake;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.HashSet;
import java.util.Set;

/** Bounds the uploads: in total, per app, and one per release. Any thread. */
final class UploadSlots {
  private record Upload(AppName app, ReleaseId release) {}

  private final int total;
  private final int perApp;
  private final Set<Upload> running = new HashSet<>();

  UploadSlots(int total, int perApp) {
    this.total = total;
    this.perApp = perApp;
  }

  /** Takes a slot until it is closed, or refuses at once. */
  synchronized Slot take(AppName app, ReleaseId release) throws Rejected {
    Upload upload = new Upload(app, release);
    if (running.contains(upload)) {
      throw new Rejected(
          ErrorCode.RELEASE_BUSY, "The release " + release + " is being received just now.");
    }
    if (running.size() >= total) {
      throw new Rejected(ErrorCode.LIMIT_SESSIONS, total + " uploads are running on this host.");
    }
    if (running.stream().filter(other -> other.app().equals(app)).count() >= perApp) {
      throw new Rejected(
          ErrorCode.LIMIT_SESSIONS, perApp + " uploads are running for " + app + ".");
    }
    running.add(upload);
    return () -> giveBack(upload);
  }

  private synchronized void giveBack(Upload upload) {
    running.remove(upload);
  }

  /** A place among the running uploads. */
  interface Slot extends AutoCloseable {
    @Override
    void close();
  }
}
