package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.ProblemResource;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;

/** Answers what is no HTTP request: the connection is closed after it. */
final class InvalidRequests {
  private InvalidRequests() {}

  static void answer(HttpServerRequest request) {
    Throwable cause = request.decoderResult().cause();
    String why = cause == null ? "" : ": " + cause.getMessage();
    ProblemResource problem =
        ProblemResource.of(
            ErrorCode.REQUEST_INVALID, "The request is not valid HTTP/1.1" + why, null);
    request
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, "application/problem+json")
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(Json.text(problem))
        .onComplete(_ -> request.connection().close());
  }
}
