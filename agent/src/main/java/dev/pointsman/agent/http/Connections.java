package dev.pointsman.agent.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of one listener: at most so many, none for ever. A connection has a deadline at
 * any time: for its next request while it is idle, for the answer while it is busy. Any thread.
 */
final class Connections implements AutoCloseable {
  private final Vertx vertx;
  private final HttpLimits limits;
  private final Map<HttpConnection, Long> deadlines = new ConcurrentHashMap<>();
  private final long timer;

  Connections(Vertx vertx, HttpLimits limits) {
    this.vertx = vertx;
    this.limits = limits;
    this.timer = vertx.setPeriodic(Math.max(10, limits.idle().toMillis() / 6), _ -> sweep());
  }

  /** A connection was made. */
  void opened(HttpConnection connection) {
    if (deadlines.size() >= limits.connections()) {
      connection.close();
      return;
    }
    deadlines.put(connection, System.nanoTime() + limits.idle().toNanos());
    connection.closeHandler(_ -> closed(connection));
  }

  /** The connection is no more. */
  void closed(HttpConnection connection) {
    deadlines.remove(connection);
  }

  /** The connection waits for its next request from now on. */
  void idle(HttpConnection connection) {
    busy(connection, limits.idle());
  }

  /** The connection answers a request from now on, within {@code limit}. */
  void busy(HttpConnection connection, Duration limit) {
    deadlines.replace(connection, System.nanoTime() + limit.toNanos());
  }

  /** The connection may last: it has a watch of its own from now on. */
  void unbounded(HttpConnection connection) {
    busy(connection, Duration.ofDays(3650));
  }

  /** How many there are. */
  int count() {
    return deadlines.size();
  }

  /** Closes all of them at once. */
  void abort() {
    deadlines.keySet().forEach(Abort::now);
  }

  private void sweep() {
    long now = System.nanoTime();
    deadlines.forEach((connection, deadline) -> {
      if (deadline - now < 0) {
        Abort.now(connection);
      }
    });
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
  }
}
