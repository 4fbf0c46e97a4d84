package dev.pointsman.agent;

import dev.pointsman.agent.store.Scrubbed;
import dev.pointsman.protocol.api.GarbageResource;
import java.util.concurrent.atomic.AtomicLong;

/** What happened to the store since the agent started. Any thread. */
final class StoreTally {
  private final AtomicLong sweptBlobs = new AtomicLong();
  private final AtomicLong sweptBytes = new AtomicLong();
  private final AtomicLong keptBytes = new AtomicLong();
  private final AtomicLong scrubbedBytes = new AtomicLong();
  private final AtomicLong damages = new AtomicLong();

  void collected(GarbageResource done) {
    keptBytes.set(done.keptBytes());
    if (!done.dryRun()) {
      sweptBlobs.addAndGet(done.blobs());
      sweptBytes.addAndGet(done.bytes());
    }
  }

  void scrubbed(Scrubbed done) {
    scrubbedBytes.addAndGet(done.bytes());
  }

  void damaged() {
    damages.incrementAndGet();
  }

  long sweptBlobs() {
    return sweptBlobs.get();
  }

  long sweptBytes() {
    return sweptBytes.get();
  }

  /** In the store, as the last sweep counted. */
  long keptBytes() {
    return keptBytes.get();
  }

  long scrubbedBytes() {
    return scrubbedBytes.get();
  }

  long damages() {
    return damages.get();
  }

  /** For the log. */
  String scrubs() {
    return "bytes_since_start=" + scrubbedBytes + " damaged_since_start=" + damages;
  }
}
