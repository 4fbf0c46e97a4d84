package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.sorry.SorryPort;
import dev.pointsman.agent.worker.WorkerPool;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What the app's clients get while none of its workers accepts: after {@code unavailable_after} the
 * agent's own 503. Tells the status, events and metrics about it.
 */
final class AppUnavailable implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AppUnavailable.class);

  private final AppConfig config;
  private final Host host;
  private volatile @Nullable SorryPort port;
  private volatile @Nullable Instant since;

  AppUnavailable(AppConfig config, Host host) {
    this.config = config;
    this.host = host;
  }

  /** Watches from now on; {@code sockets} are none where they were lost. */
  void watch(List<Integer> sockets, WorkerPool workers) throws IOException {
    if (config.unavailableAfter().isEmpty() || sockets.isEmpty()) {
      return;
    }
    close(); // Of fewer sockets, where some were lost.
    SorryPort watched = host.sorry().watch(sockets, config.unavailableAfter().get(), this::changed);
    port = watched;
    workers.tellAcceptance(accepts -> {
      try {
        watched.served(accepts);
      } catch (IOException e) {
        throw new UncheckedIOException("the thread that answers 503 cannot be woken", e);
      }
    });
  }

  private void changed(boolean answering, long answered) {
    since = answering ? host.clock().instant() : null;
    EventLog events = host.events();
    String app = config.name().value();
    if (answering) {
      LOG.error("No worker accepts: the agent answers 503. app={}", app);
      events.publish(
          "app.unavailable",
          app,
          "No worker accepts: until one does, the agent answers requests with 503.",
          Map.of());
    } else {
      LOG.info("A worker is let in: the agent answers no more. app={} answered={}", app, answered);
      events.publish(
          "app.available",
          app,
          "A worker is let in again: the agent takes no more connections.",
          Map.of("answered", Long.toString(answered)));
    }
  }

  /** What the status says while the agent answers. */
  Optional<String> notice() {
    Instant from = since;
    return from == null
        ? Optional.empty()
        : Optional.of(
            "No worker accepts since before "
                + from
                + ": the agent answers requests with 503. Look at the workers' last exits and logs; deploy or roll back to a release that works.");
  }

  /** Whether the agent answers now. */
  boolean isAnswering() {
    return since != null;
  }

  /** Requests that the agent has told 503 since its start. */
  long answered() {
    SorryPort watched = port;
    return watched == null ? 0 : watched.answered();
  }

  @Override
  public void close() {
    SorryPort watched = port;
    if (watched != null) {
      watched.close();
    }
  }
}
