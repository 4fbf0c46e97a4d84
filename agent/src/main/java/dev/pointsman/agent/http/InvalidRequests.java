package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.ProblemResource;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.Locale;

/** Answers what is no HTTP request: the connection is closed after it. */
final class InvalidRequests {
  private static final String TYPE = "application/problem+json";

  private InvalidRequests() {}

  static void answer(HttpServerRequest request, Connections connections) {
    Throwable cause = request.decoderResult().cause();
    String why = cause == null || cause.getMessage() == null ? "" : cause.getMessage();
    boolean afterBody = connections.hadBody(request.connection());
    ProblemResource problem =
        ProblemResource.of(
            afterBody ? ErrorCode.HTTP_LENGTH : code(why),
            (afterBody
                    ? "What came after the end of the body before is not valid HTTP/1.1"
                    : "The request is not valid HTTP/1.1")
                + (why.isEmpty() ? "." : ": " + why),
            null);
    request
        .response()
        .setStatusCode(problem.status())
        .putHeader(HttpHeaders.CONTENT_TYPE, TYPE)
        .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
        .end(Json.text(problem))
        .onComplete(_ -> request.connection().close());
  }

  /** What is wrong with the length of the body has a code of its own, as proxies differ in it. */
  private static ErrorCode code(String why) {
    String text = why.toLowerCase(Locale.ROOT);
    boolean framing =
        text.contains("content-length")
            || text.contains("transfer-encoding")
            || text.contains("transfer coding");
    return framing ? ErrorCode.HTTP_FRAMING : ErrorCode.REQUEST_INVALID;
  }

  /** The whole answer to a head that came too slowly; there is no request to answer by. */
  static String slow(Duration limit) {
    ProblemResource problem =
        ProblemResource.of(
            ErrorCode.HTTP_SLOW,
            "The head of the request was not complete after " + limit.toMillis() + " ms.",
            null);
    String json = Json.text(problem);
    return "HTTP/1.1 408 Request Timeout\r\nContent-Type: "
        + TYPE
        + "\r\nConnection: close\r\nContent-Length: "
        + json.getBytes(StandardCharsets.UTF_8).length
        + "\r\n\r\n"
        + json;
  }
}
