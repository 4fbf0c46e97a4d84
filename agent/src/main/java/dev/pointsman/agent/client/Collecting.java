package dev.pointsman.agent.client;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpHeaders;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/** Answers that are taken whole, up to a size. On the event loop. */
final class Collecting {
  private static final int LARGEST = 64 << 20;

  private Collecting() {}

  /** All of {@code response}. */
  static Future<ClientLink.Reply> answer(HttpClientRequest request, HttpClientResponse response) {
    return answer(request, response, null);
  }

  /** The same; the text of a 202 goes to {@code missing} where there is one. */
  static Future<ClientLink.Reply> answer(
      HttpClientRequest request, HttpClientResponse response, @Nullable MissingLines missing) {
    Promise<ClientLink.Reply> reply = Promise.promise();
    Buffer whole = Buffer.buffer();
    AtomicLong length = new AtomicLong();
    response.handler(part -> {
      try {
        if (length.addAndGet(part.length()) > LARGEST) {
          throw new IOException("the answer is larger than " + LARGEST);
        }
        if (missing != null && response.statusCode() == 202) {
          missing.take(part);
        } else {
          whole.appendBuffer(part);
        }
      } catch (IOException e) {
        reply.tryFail(e);
        request.connection().close();
      }
    });
    response.exceptionHandler(reply::tryFail);
    response.endHandler(_ ->
        reply.tryComplete(
            new ClientLink.Reply(
                response.statusCode(),
                response.statusMessage(),
                response.getHeader(HttpHeaders.CONTENT_TYPE),
                whole.toString(),
                response::getHeader)));
    return reply.future();
  }
}
