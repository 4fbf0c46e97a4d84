package dev.pointsman.agent;

import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.store.Alarm;
import dev.pointsman.agent.store.BlobKey;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/**
 * Content that was found damaged: told at once, and noted for whoever looks which releases have it,
 * because the finder must not wait for that. Any thread.
 */
final class Damages implements Alarm {
  /** As many as the quarantine has; what is beyond is told of nevertheless. */
  private static final int MOST = 100;

  private final EventLog events;
  private final BlockingQueue<BlobKey> found = new ArrayBlockingQueue<>(MOST);

  Damages(EventLog events) {
    this.events = events;
  }

  @Override
  public void damaged(BlobKey key, String what) {
    events.publish("store.damaged", null, what, Map.of("sha256", key.sha256()));
    var _ = found.offer(key);
  }

  /** The next one that nobody has looked into. */
  Optional<BlobKey> next() {
    return Optional.ofNullable(found.poll());
  }
}
