package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.EventResource;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One Server-Sent Events stream. Events are queued by whoever publishes them and written on the
 * connection's event loop as fast as the client reads; one that falls too far behind is cut off and
 * comes back with {@code Last-Event-ID}.
 */
final class Follower {
  private static final Logger LOG = LoggerFactory.getLogger(Follower.class);
  private static final int RECONNECT_MS = 2_000;

  private final Vertx vertx;
  private final Context context;
  private final HttpServerRequest request;
  private final HttpServerResponse response;
  private final HttpLimits limits;
  private final Predicate<EventResource> wanted;
  private final Consumer<Follower> whenOver;

  private final Queue<EventResource> backlog = new ArrayDeque<>();
  private final Set<String> told = new HashSet<>();
  private final ArrayBlockingQueue<EventResource> queue;
  private final AtomicBoolean scheduled = new AtomicBoolean();
  private volatile boolean over;
  private boolean forgotten;
  private AutoCloseable subscription = () -> {};
  private long heartbeat;

  Follower(
      Vertx vertx,
      HttpServerRequest request,
      HttpLimits limits,
      Predicate<EventResource> wanted,
      Consumer<Follower> whenOver) {
    this.vertx = vertx;
    this.context = vertx.getOrCreateContext();
    this.request = request;
    this.response = request.response();
    this.limits = limits;
    this.wanted = wanted;
    this.whenOver = whenOver;
    this.queue = new ArrayBlockingQueue<>(limits.queue());
  }

  /** Begins, with the kept events after {@code since}, if it names one; on the event loop. */
  void start(Control control, @Nullable String since) {
    response
        .setChunked(true)
        .putHeader(HttpHeaders.CONTENT_TYPE, "text/event-stream; charset=utf-8")
        .putHeader("Cache-Control", "no-cache")
        .putHeader("X-Accel-Buffering", "no"); // nginx would keep events back otherwise.
    response.closeHandler(_ -> over());
    response.exceptionHandler(_ -> over());
    response.drainHandler(_ -> write());
    response.write("retry: " + RECONNECT_MS + "\n\n");
    // First the subscription, then what was before: what is in both is told once.
    subscription = control.follow(this::offer);
    if (since != null) {
      for (EventResource event : control.eventsSince(since)) {
        told.add(event.id());
        if (wanted.test(event)) {
          backlog.add(event);
        }
      }
    }
    heartbeat = vertx.setPeriodic(limits.heartbeat().toMillis(), _ -> beat());
    write();
  }

  /** Takes an event on the publisher's thread. */
  private void offer(EventResource event) {
    if (over || !wanted.test(event)) {
      return;
    }
    if (!queue.offer(event)) {
      LOG.atInfo().addKeyValue("queued", limits.queue()).log("A follower of events is too slow");
      over = true;
      context.runOnContext(_ -> {
        Abort.now(request.connection());
        over();
      });
    } else if (scheduled.compareAndSet(false, true)) {
      context.runOnContext(_ -> {
        scheduled.set(false);
        write();
      });
    }
  }

  private void write() {
    while (!over && !response.writeQueueFull()) {
      EventResource event = backlog.poll();
      if (event == null) {
        event = queue.poll();
        if (event == null) {
          return;
        }
        if (told.contains(event.id())) {
          continue;
        }
      }
      response.write("id: " + event.id() + "\ndata: " + Json.text(event) + "\n\n");
    }
  }

  private void beat() {
    if (!over && !response.writeQueueFull()) {
      response.write(": still here\n\n");
    }
  }

  /** Ends the stream cleanly; any thread. */
  void end() {
    context.runOnContext(_ -> {
      if (!response.ended() && !response.closed()) {
        write();
        response.end();
      }
      over();
    });
  }

  /** Forgets this follower; called once or more on the event loop, however the stream ended. */
  private void over() {
    over = true;
    if (forgotten) {
      return;
    }
    forgotten = true;
    vertx.cancelTimer(heartbeat);
    try {
      subscription.close();
    } catch (Exception e) {
      LOG.atWarn().setCause(e).log("A follower could not be taken off the event log");
    }
    whenOver.accept(this);
  }
}
