package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerResponse;
import java.nio.file.Path;

/** What is asked about a release that is being sent, or was: what it lacks, and its file list. */
final class Sessions {
  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;
  private final PathLines lines;

  Sessions(Vertx vertx, Control control, Blocking blocking, HttpLimits limits) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
    this.lines = new PathLines(vertx, blocking, limits);
  }

  /** {@code GET …/missing}. */
  void missing(Exchange exchange) throws Rejected {
    blocking.answerAbout(
        vertx.getOrCreateContext(),
        exchange,
        "missing",
        (app, release) -> {
          Control.Missing missing = control.missing(app, release);
          return () -> send(exchange, 200, missing);
        });
  }

  /** Answers with what is missing: one path on a line, ready for {@code tar -T}. */
  void send(Exchange exchange, int status, Control.Missing missing) {
    exchange
        .with("Pointsman-Missing-Files", Integer.toString(missing.files()))
        .with("Pointsman-Missing-Bytes", Long.toString(missing.bytes()))
        .with("Pointsman-Session-Expires", missing.expires().toString());
    lines.send(exchange, status, missing.paths());
  }

  /** {@code DELETE …/session}. */
  void discard(Exchange exchange) throws Rejected {
    blocking.answerAbout(
        vertx.getOrCreateContext(),
        exchange,
        "give up",
        (app, release) -> {
          control.discard(app, release);
          return () -> exchange.end(204, null, Buffer.buffer());
        });
  }

  /** {@code GET …/files}. */
  void files(Exchange exchange) throws Rejected {
    blocking.answerAbout(
        vertx.getOrCreateContext(),
        exchange,
        "files of",
        (app, release) -> {
          Path list = control.fileList(app, release);
          return () -> send(exchange, list);
        });
  }

  private static void send(Exchange exchange, Path file) {
    HttpServerResponse response = exchange.begin(200, Exchange.TEXT);
    if (response != null) {
      response
          .sendFile(file.toString())
          .onFailure(_ -> {
            if (!response.headWritten()) {
              exchange.problem(
                  ErrorCode.HOST_FAULT, "The file list of the release cannot be read.");
            }
          });
    }
  }
}
