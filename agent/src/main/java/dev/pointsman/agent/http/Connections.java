package dev.pointsman.agent.http;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The connections of one listener: at most so many, none for ever. A connection has a deadline at
 * any time: for its next request while it is idle, for the rest of a request's head once that has
 * begun, for the answer while it is busy. Any thread.
 */
final class Connections implements AutoCloseable {
  private final Vertx vertx;
  private final HttpLimits limits;
  private final Map<HttpConnection, Watch> watches = new ConcurrentHashMap<>();
  private final long timer;

  /** What is known of one connection. */
  private static final class Watch {
    final Wire wire;
    volatile long deadline;
    volatile boolean idle = true;
    volatile boolean inHead;
    volatile boolean hadBody;
    volatile Runnable chunksBreak = () -> {};

    Watch(Wire wire, long deadline) {
      this.wire = wire;
      this.deadline = deadline;
    }
  }

  Connections(Vertx vertx, HttpLimits limits) {
    this.vertx = vertx;
    this.limits = limits;
    long often = Math.min(limits.idle().toMillis(), limits.header().toMillis()) / 6;
    this.timer = vertx.setPeriodic(Math.max(10, often), _ -> sweep());
  }

  /** A connection was made. */
  void opened(HttpConnection connection) {
    if (watches.size() >= limits.connections()) {
      connection.close();
      return;
    }
    Wire wire = Wire.watch(connection, () -> begun(connection), () -> brokenChunk(connection));
    watches.put(connection, new Watch(wire, after(limits.idle())));
    connection.closeHandler(_ -> closed(connection));
  }

  private static long after(Duration limit) {
    return System.nanoTime() + limit.toNanos();
  }

  /** Bytes came. */
  private void begun(HttpConnection connection) {
    Watch watch = watches.get(connection);
    if (watch != null && watch.idle && !watch.inHead) {
      watch.inHead = true;
      watch.deadline = after(limits.header());
    }
  }

  /** The body that is being received has a chunk that is none. */
  private void brokenChunk(HttpConnection connection) {
    Watch watch = watches.get(connection);
    if (watch != null) {
      watch.chunksBreak.run();
    }
  }

  /** A body is received from now on; {@code action} runs if it has a chunk that is none. */
  void body(HttpConnection connection, Runnable action) {
    Watch watch = watches.get(connection);
    if (watch != null) {
      watch.hadBody = true;
      watch.chunksBreak = action;
    }
  }

  /** The connection is no more. */
  void closed(HttpConnection connection) {
    watches.remove(connection);
  }

  /** The connection waits for its next request from now on. */
  void idle(HttpConnection connection) {
    Watch watch = watches.get(connection);
    if (watch != null) {
      watch.chunksBreak = () -> {};
      watch.inHead = false;
      watch.idle = true;
      watch.deadline = after(limits.idle());
    }
  }

  /** The connection answers a request from now on, within {@code limit}. */
  void busy(HttpConnection connection, Duration limit) {
    Watch watch = watches.get(connection);
    if (watch != null) {
      boolean wasIdle = watch.idle;
      watch.idle = false;
      watch.inHead = false;
      watch.hadBody = watch.hadBody && !wasIdle;
      watch.deadline = after(limit);
    }
  }

  /** The connection may last: it has a watch of its own from now on. */
  void unbounded(HttpConnection connection) {
    busy(connection, Duration.ofDays(3650));
  }

  /** Whether the last complete request on the connection had a body. */
  boolean hadBody(HttpConnection connection) {
    Watch watch = watches.get(connection);
    return watch != null && watch.hadBody;
  }

  /** How many there are. */
  int count() {
    return watches.size();
  }

  /** Closes all of them at once. */
  void abort() {
    watches.keySet().forEach(Abort::now);
  }

  private void sweep() {
    long now = System.nanoTime();
    watches.forEach((connection, watch) -> {
      if (watch.deadline - now >= 0) {
        return;
      }
      if (watch.inHead) {
        watch.wire.lastWords(InvalidRequests.slow(limits.header()));
        watch.inHead = false;
        watch.deadline = after(limits.linger());
      } else {
        Abort.now(connection);
      }
    });
  }

  @Override
  public void close() {
    vertx.cancelTimer(timer);
  }
}
