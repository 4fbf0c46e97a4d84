package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;

/** Reads one small body into memory. Event loop. */
final class SmallBody {
  private final Vertx vertx;
  private final HttpLimits limits;
  private final int most;
  private final Buffer whole = Buffer.buffer();
  private boolean over;

  SmallBody(Vertx vertx, HttpLimits limits) {
    this(vertx, limits, limits.small());
  }

  /** {@code most}: bytes. */
  SmallBody(Vertx vertx, HttpLimits limits, int most) {
    this.vertx = vertx;
    this.limits = limits;
    this.most = most;
  }

  /** Hands the body to {@code action} when all of it is here. */
  void read(Exchange exchange, Routes.BodyAction action) throws Rejected {
    exchange.allowQuery();
    if (!exchange.hasBody()) {
      action.answer(exchange, new byte[0]);
      return;
    }
    HttpServerRequest request = exchange.request();
    long timer =
        vertx.setTimer(
            limits.pace().idle().toMillis(),
            _ -> refuse(exchange, ErrorCode.HTTP_SLOW, "The body did not come in time."));
    request.exceptionHandler(_ -> vertx.cancelTimer(timer));
    request.handler(part -> part(exchange, part));
    request.endHandler(_ -> {
      vertx.cancelTimer(timer);
      if (!over) {
        over = true;
        Answering.answer(exchange, e -> action.answer(e, whole.getBytes()));
      }
    });
    if ("100-continue".equalsIgnoreCase(request.getHeader("Expect"))) {
      request.response().writeContinue();
    }
    request.resume();
  }

  private void part(Exchange exchange, Buffer part) {
    if (whole.length() + part.length() <= most) {
      whole.appendBuffer(part);
    } else {
      refuse(exchange, ErrorCode.REQUEST_INVALID, "The body is larger than " + most + " bytes.");
    }
  }

  private void refuse(Exchange exchange, ErrorCode code, String detail) {
    if (!over) {
      over = true;
      exchange.request().pause();
      exchange.problem(code, detail);
    }
  }
}
