package dev.pointsman.agent.http;

import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Answers with lines that are made while they are sent: a virtual thread makes the next piece when
 * the connection has taken the one before, so a list of any length costs the same memory.
 */
final class PathLines {
  private static final Logger LOG = LoggerFactory.getLogger(PathLines.class);
  private static final int PIECE = 16 << 10;

  private final Vertx vertx;
  private final Blocking blocking;
  private final HttpLimits limits;

  PathLines(Vertx vertx, Blocking blocking, HttpLimits limits) {
    this.vertx = vertx;
    this.blocking = blocking;
    this.limits = limits;
  }

  /** Sends {@code lines}, each ended by a line feed; on the exchange's event loop. */
  void send(Exchange exchange, int status, Iterable<String> lines) {
    HttpServerResponse response = exchange.begin(status, Exchange.TEXT);
    if (response == null) {
      return;
    }
    exchange.connections().busy(exchange.request().connection(), limits.upload());
    Context context = vertx.getOrCreateContext();
    response.setChunked(true);
    Thread sender =
        blocking.run(
            "lines for " + exchange.request().path(),
            () -> {
              boolean whole = all(context, response, lines);
              context.runOnContext(_ -> {
                if (whole) {
                  exchange.finish(Buffer.buffer());
                } else {
                  Abort.now(exchange.request().connection());
                }
              });
            });
    response.closeHandler(_ -> sender.interrupt());
  }

  /** Whether all of them were sent. */
  private static boolean all(Context context, HttpServerResponse response, Iterable<String> lines) {
    try {
      Buffer piece = Buffer.buffer(PIECE);
      for (String line : lines) {
        piece.appendBytes(line.getBytes(StandardCharsets.UTF_8)).appendByte((byte) '\n');
        if (piece.length() >= PIECE - 1024) {
          write(context, response, piece);
          piece = Buffer.buffer(PIECE);
        }
      }
      if (piece.length() > 0) {
        write(context, response, piece);
      }
      return true;
    } catch (ExecutionException | InterruptedException _) {
      return false; // The client has gone, or the agent stops.
    } catch (UncheckedIOException e) {
      LOG.atWarn().setCause(e).log("A list could not be read to its end");
      return false;
    } catch (RuntimeException e) {
      LOG.atError().setCause(e).log("A bug while a list was sent");
      return false;
    }
  }

  private static void write(Context context, HttpServerResponse response, Buffer piece)
      throws ExecutionException, InterruptedException {
    CompletableFuture<Void> written = new CompletableFuture<>();
    context.runOnContext(_ -> {
      if (response.closed()) {
        written.cancel(false);
      } else {
        response
            .write(piece)
            .onComplete(_ -> written.complete(null), written::completeExceptionally);
      }
    });
    try {
      written.get();
    } catch (java.util.concurrent.CancellationException e) {
      throw new ExecutionException("the client has gone", e);
    }
  }
}
