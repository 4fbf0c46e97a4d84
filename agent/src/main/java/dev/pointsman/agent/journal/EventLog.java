package dev.pointsman.agent.journal;

import dev.pointsman.protocol.api.EventResource;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The last events, for those who follow what happens. Any thread; bounded; a follower is called on
 * the publisher's thread and must not block.
 */
public final class EventLog {
  /** Events kept for a follower that comes back. */
  static final int KEPT = 1_000;

  private static final Logger LOG = LoggerFactory.getLogger(EventLog.class);

  private final Clock clock;
  private final ArrayDeque<EventResource> kept = new ArrayDeque<>(KEPT);
  private final CopyOnWriteArrayList<Consumer<EventResource>> followers =
      new CopyOnWriteArrayList<>();
  private long last;

  /**
   * An empty log; ids begin with the clock's milliseconds, so that they grow over restarts of the
   * agent.
   */
  public EventLog(Clock clock) {
    this.clock = clock;
    this.last = clock.millis() << 10;
  }

  /** Tells followers, in order, that something happened. */
  public synchronized void publish(
      String type, @Nullable String app, String message, Map<String, String> data) {
    EventResource event =
        new EventResource(Long.toString(++last), clock.instant(), type, app, message, data);
    if (kept.size() == KEPT) {
      kept.removeFirst();
    }
    kept.addLast(event);
    followers.forEach(follower -> tell(follower, event));
  }

  /** A follower's bug is its own: whoever publishes has work to do. */
  private void tell(Consumer<EventResource> follower, EventResource event) {
    try {
      follower.accept(event);
    } catch (RuntimeException e) {
      followers.remove(follower);
      LOG.error("A follower of events failed and is told nothing more: a bug. event={}", event, e);
    }
  }

  /** The kept events after {@code after}, or all where that is null or no id; oldest first. */
  public synchronized List<EventResource> since(@Nullable String after) {
    long from = number(after);
    return kept.stream().filter(event -> Long.parseLong(event.id()) > from).toList();
  }

  /** Calls {@code follower} from now on, until the result is closed. */
  public AutoCloseable follow(Consumer<EventResource> follower) {
    followers.add(follower);
    return () -> followers.remove(follower);
  }

  private static long number(@Nullable String id) {
    if (id == null || !id.matches("[0-9]{1,18}")) {
      return 0;
    }
    return Long.parseLong(id);
  }
}
