package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * One large file of a release, sent by itself so that it can be resumed inside: {@code
 * /v1/apps/APP/blobs/SHA256}.
 */
final class Blobs {
  private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");

  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;
  private final Receiving receiving;

  Blobs(Vertx vertx, Control control, Blocking blocking, Receiving receiving) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
    this.receiving = receiving;
  }

  /** {@code HEAD}: where to go on. */
  void look(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    AppName app = exchange.app();
    String sha256 = digest(exchange);
    control.app(app);
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "blob " + sha256 + " of " + app,
        () -> {
          Control.Blob blob = control.blob(app, sha256);
          return () -> at(exchange, blob).end(200, null, Buffer.buffer());
        });
  }

  /** {@code PUT}: the whole file, or a part of it. */
  void put(Exchange exchange) throws Rejected {
    AppName app = exchange.app();
    String sha256 = digest(exchange);
    exchange.allowQuery();
    control.app(app);
    receiving.admit(exchange);
    Control.Part part =
        ContentRange.parse(exchange.headers("Content-Range"), exchange.contentLength());
    receiving.begin(
        exchange,
        "blob " + sha256 + " of " + app,
        body -> {
          InputStream exact =
              part.end() < 0 ? body : new ExactBody(body, part.end() - part.offset());
          try {
            Control.Blob blob =
                control.receiveBlob(app, sha256, part, exact, exchange.caller().name());
            return () -> stored(exchange, sha256, blob);
          } catch (Rejected e) {
            if (e.code() == ErrorCode.BLOB_OFFSET) {
              exchange.with("Upload-Offset", Long.toString(control.blob(app, sha256).offset()));
            }
            throw e;
          }
        });
  }

  private static void stored(Exchange exchange, String sha256, Control.Blob blob) {
    at(exchange, blob);
    if (blob.complete()) {
      exchange.json(201, Map.of("sha256", sha256, "size", blob.size()));
    } else {
      exchange.end(204, null, Buffer.buffer());
    }
  }

  private static Exchange at(Exchange exchange, Control.Blob blob) {
    return exchange
        .with("Upload-Offset", Long.toString(blob.offset()))
        .with("Upload-Length", Long.toString(blob.size()))
        .with(HttpHeaders.CACHE_CONTROL.toString(), "no-store");
  }

  private static String digest(Exchange exchange) throws Rejected {
    String text = exchange.path("sha256");
    if (!DIGEST.matcher(text).matches()) {
      throw new Rejected(
          ErrorCode.REQUEST_INVALID, "A blob is named by 64 lower-case hex digits.", "sha256");
    }
    return text;
  }
}
