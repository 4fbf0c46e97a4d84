package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.sorry.SorryPort;
import dev.pointsman.agent.sorry.SorryServer;
import dev.pointsman.agent.worker.Acceptance;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.event.Level;

/**
 * What the app's clients get while none of its workers accepts: after {@code unavailable_after} the
 * agent's own 503. Tells the status, events and metrics about it.
 */
final class AppUnavailable implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AppUnavailable.class);

  private final AppConfig config;
  private final SorryServer sorry;
  private final EventLog events;
  private final Clock clock;
  private final Supplier<Absence> absence;
  private @Nullable SorryPort port;
  private volatile @Nullable Instant since;
  private long answeredBefore;
  private long watch;

  /** {@code absence} says why nobody accepts, if nobody does, at that moment; must not block. */
  AppUnavailable(
      AppConfig config,
      SorryServer sorry,
      EventLog events,
      Clock clock,
      Supplier<Absence> absence) {
    this.config = config;
    this.sorry = sorry;
    this.events = events;
    this.clock = clock;
    this.absence = absence;
  }

  /**
   * Watches from now on; {@code sockets} are none where they were lost. {@code workers} tells who
   * is given to it whether any accepts.
   */
  void watch(List<Integer> sockets, Consumer<Acceptance.Listener> workers) throws IOException {
    if (config.unavailableAfter().isEmpty() || sockets.isEmpty()) {
      return;
    }
    close(); // Of fewer sockets, where some were lost.
    SorryPort watched = begin(sockets, config.unavailableAfter().get());
    workers.accept(accepts -> {
      try {
        switch (accepts) {
          case NONE -> watched.served(false);
          case UNKNOWN -> watched.perhapsServed();
          case SOME -> watched.served(true);
        }
      } catch (IOException e) {
        throw new UncheckedIOException("the thread that answers 503 cannot be woken", e);
      }
    });
  }

  private synchronized SorryPort begin(List<Integer> sockets, Duration after) throws IOException {
    long mine = ++watch;
    SorryPort begun =
        sorry.watch(sockets, after, (answering, answered) -> changed(mine, answering, answered));
    port = begun;
    return begun;
  }

  /** What a port says that is watched no more is no news; its end was told with {@link #close}. */
  private synchronized void changed(long from, boolean answering, long answered) {
    if (from != watch) {
      return;
    }
    if (answering) {
      since = clock.instant();
      begun(absence.get(), config.name().value());
    } else {
      ended(
          "A worker is let in again: the agent takes no more connections.",
          answeredBefore + answered);
    }
  }

  private void ended(String why, long answered) {
    since = null;
    String app = config.name().value();
    LOG.info("{} app={} answered={}", why, app, answered);
    events.publish("app.available", app, why, Map.of("answered", Long.toString(answered)));
  }

  private void begun(Absence why, String app) {
    LOG.atLevel(why.trouble() ? Level.ERROR : Level.INFO)
        .log("{}: the agent answers 503. app={}", why.what(), app);
    events.publish(
        "app.unavailable",
        app,
        why.what() + ": until a worker accepts, the agent answers requests with 503.",
        Map.of());
  }

  /** What the status says while the agent answers. */
  Optional<String> notice() {
    Instant from = since;
    if (from == null) {
      return Optional.empty();
    }
    Absence why = absence.get();
    return Optional.of(
        why.what()
            + (why.trouble() ? " since before " + from : "")
            + ": the agent answers requests with 503. "
            + why.next());
  }

  /** Whether the agent answers now. */
  boolean isAnswering() {
    return since != null;
  }

  /** Requests that the agent has told 503 since its start. */
  synchronized long answered() {
    return answeredBefore + (port == null ? 0 : port.answered());
  }

  @Override
  public synchronized void close() {
    if (port == null) {
      return;
    }
    watch++;
    port.close();
    answeredBefore += port.answered();
    port = null;
    if (since != null) {
      ended("The agent answers requests no more: it lets go of the sockets.", answeredBefore);
    }
  }
}
