package dev.pointsman.agent.http;

import dev.pointsman.agent.config.Units;
import dev.pointsman.agent.logs.LogQuery;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.LogLineResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerResponse;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code GET /v1/apps/APP/logs}: the last lines of an app's workers, and with {@code ?follow=true}
 * those that come, as text or as a JSON object per line.
 *
 * <p>A follower is a virtual thread that reads the disk, and reads on only when its client has
 * taken what was read before: nothing is queued. A client that takes nothing for long is cut off.
 */
final class Logs {
  private static final Logger LOG = LoggerFactory.getLogger(Logs.class);
  private static final String TEXT = "text/plain; charset=utf-8";
  private static final String LINES = "application/x-ndjson";
  private static final int USUAL_LINES = 100;
  private static final long LOOK_MILLIS = 250;

  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;
  private final HttpLimits limits;
  private final InstantSource clock;
  private final Semaphore reading = new Semaphore(1); // The last lines may be megabytes.
  private final AtomicInteger followers = new AtomicInteger();

  Logs(Vertx vertx, Control control, Blocking blocking, HttpLimits limits, InstantSource clock) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
    this.limits = limits;
    this.clock = clock;
  }

  void logs(Exchange exchange) throws Rejected {
    exchange.allowQuery("slot", "release", "generation", "lines", "since", "follow");
    AppName app = exchange.app();
    LogQuery query = query(exchange);
    boolean asText = !exchange.prefers(LINES, "text/plain");
    boolean follow = flag(exchange.query("follow"));
    Context context = vertx.getOrCreateContext();
    if (!follow) {
      blocking.answer(
          context,
          exchange,
          "logs of " + app,
          () -> {
            Buffer body = lastLines(app, query, asText);
            return () ->
                exchange.end(200, asText ? TEXT : LINES, body).onComplete(_ -> reading.release());
          });
      return;
    }
    if (followers.incrementAndGet() > limits.followers()) {
      followers.decrementAndGet();
      throw new Rejected(
          ErrorCode.LIMIT_RATE, "There are " + limits.followers() + " followers of logs already.");
    }
    Stream stream = new Stream(exchange, context, asText, query);
    Thread thread = blocking.run("logs of " + app, () -> stream.run(app));
    exchange.request().response().closeHandler(_ -> thread.interrupt());
  }

  /** The answer, as long as which lives nobody else's is made. */
  private Buffer lastLines(AppName app, LogQuery query, boolean asText)
      throws Rejected, InterruptedException {
    takeTurn();
    boolean read = false;
    try {
      Buffer body = render(control.logs(app, query).next(), asText, query);
      read = true;
      return body;
    } finally {
      if (!read) {
        reading.release();
      }
    }
  }

  private void takeTurn() throws Rejected, InterruptedException {
    long most = limits.request().dividedBy(10).toMillis();
    if (!reading.tryAcquire(most, TimeUnit.MILLISECONDS)) {
      throw new Rejected(
          ErrorCode.LIMIT_RATE,
          "Logs are being read for somebody who has not taken them all yet, and one answer at a"
              + " time is made; ask again in a few seconds.");
    }
  }

  private LogQuery query(Exchange exchange) throws Rejected {
    String slot = exchange.query("slot");
    if (slot != null && !slot.matches("[0-9]{1,6}")) {
      throw new Rejected(
          ErrorCode.REQUEST_INVALID, "'" + slot + "' is not the number of a slot.", "slot");
    }
    String lines = exchange.query("lines");
    if (lines != null
        && (!lines.matches("[0-9]{1,5}") || Integer.parseInt(lines) > LogQuery.MOST_LINES)) {
      throw new Rejected(
          ErrorCode.REQUEST_INVALID,
          "'" + lines + "' is not a number of lines up to " + LogQuery.MOST_LINES + ".",
          "lines");
    }
    return new LogQuery(
        slot == null ? OptionalInt.empty() : OptionalInt.of(Integer.parseInt(slot)),
        Optional.ofNullable(exchange.query("release")),
        Optional.ofNullable(exchange.query("generation")),
        lines == null ? USUAL_LINES : Integer.parseInt(lines),
        since(exchange.query("since")));
  }

  /** An instant, or how long ago. */
  private Optional<Instant> since(@Nullable String text) throws Rejected {
    if (text == null) {
      return Optional.empty();
    }
    try {
      return Optional.of(Instant.parse(text));
    } catch (DateTimeException e) {
      return Units.duration(text)
          .map(ago -> Optional.of(clock.instant().minus(ago)))
          .orElseThrow(() ->
              new Rejected(
                  ErrorCode.REQUEST_INVALID,
                  "'"
                      + text
                      + "' is neither a time as 2026-01-31T12:00:00Z nor how long ago as 15m.",
                  "since"));
    }
  }

  private static boolean flag(@Nullable String text) throws Rejected {
    if (text == null || text.equals("false")) {
      return false;
    }
    if (text.equals("true")) {
      return true;
    }
    throw new Rejected(
        ErrorCode.REQUEST_INVALID, "'" + text + "' is neither true nor false.", "follow");
  }

  private static Buffer render(List<LogLineResource> lines, boolean asText, LogQuery query) {
    Buffer all = Buffer.buffer();
    for (LogLineResource line : lines) {
      all.appendString(asText ? LogText.of(line, query.slot().isPresent()) : Json.text(line))
          .appendByte((byte) '\n');
    }
    return all;
  }

  /** One follower. */
  private final class Stream {
    private final Exchange exchange;
    private final Context context;
    private final boolean asText;
    private final LogQuery query;
    private boolean begun;

    Stream(Exchange exchange, Context context, boolean asText, LogQuery query) {
      this.exchange = exchange;
      this.context = context;
      this.asText = asText;
      this.query = query;
    }

    void run(AppName app) {
      try {
        Control.LogLines source = control.logs(app, query);
        begin(source);
        while (true) {
          List<LogLineResource> lines = source.next();
          if (!lines.isEmpty()) {
            write(render(lines, asText, query));
          } else {
            Thread.sleep(LOOK_MILLIS);
          }
        }
      } catch (Rejected e) {
        fail(e);
      } catch (InterruptedException e) {
        end(); // The client has gone, or the agent stops.
      } catch (TimeoutException e) {
        context.runOnContext(_ -> Abort.now(exchange.request().connection()));
      } catch (RuntimeException e) {
        LOG.atError().addKeyValue("app", app).setCause(e).log("A bug while following logs");
        fail(new Rejected(ErrorCode.INTERNAL, "Reading the logs failed."));
      } finally {
        followers.decrementAndGet();
      }
    }

    private void fail(Rejected why) {
      if (begun) {
        end(); // The reason is on its log; the client comes back and is told.
      } else {
        context.runOnContext(_ -> exchange.problem(why));
      }
    }

    private void begin(Control.LogLines source)
        throws Rejected, InterruptedException, TimeoutException {
      takeTurn();
      try {
        write(render(source.next(), asText, query));
      } finally {
        reading.release();
      }
    }

    /** Returns when the client has taken it, as far as the buffers of a connection go. */
    private void write(Buffer text) throws InterruptedException, TimeoutException {
      CompletableFuture<Boolean> taken = new CompletableFuture<>();
      boolean first = !begun;
      begun = true;
      context.runOnContext(_ -> {
        HttpServerResponse response = exchange.request().response();
        if (response.ended() || response.closed()) {
          taken.complete(false);
          return;
        }
        if (first) {
          exchange.connections().unbounded(exchange.request().connection());
          response
              .setChunked(true)
              .putHeader(HttpHeaders.CONTENT_TYPE, asText ? TEXT : LINES)
              .putHeader("Cache-Control", "no-cache")
              .putHeader("X-Accel-Buffering", "no"); // nginx would keep lines back otherwise.
        }
        response.drainHandler(_ -> taken.complete(true));
        var _ = text.length() == 0 ? response.writeHead() : response.write(text);
        if (!response.writeQueueFull()) {
          taken.complete(true);
        }
      });
      try {
        if (!taken.get(limits.request().toMillis(), TimeUnit.MILLISECONDS)) {
          throw new InterruptedException("the client has gone");
        }
      } catch (ExecutionException e) {
        throw new IllegalStateException("nobody fails it", e);
      }
    }

    private void end() {
      context.runOnContext(_ -> {
        HttpServerResponse response = exchange.request().response();
        if (!response.ended() && !response.closed()) {
          response.end();
        }
      });
    }
  }
}
