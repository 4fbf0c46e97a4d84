package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Refusals;
import dev.pointsman.agent.access.Scope;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hands the body of a request to the core: on a virtual thread, in constant memory, at the pace of
 * its reader, and answers with what comes of it.
 *
 * <p>{@code 100 Continue} is sent when the core reads for the first time, so whatever can be
 * refused without the body is refused before it is sent.
 */
final class Receiving {
  private static final Logger LOG = LoggerFactory.getLogger(Receiving.class);

  private final Vertx vertx;
  private final Blocking blocking;
  private final HttpLimits limits;
  private final Refusals refusals;
  private final Set<BodyStream> open = ConcurrentHashMap.newKeySet();

  /** What the core makes of a body; the result answers the exchange, on its own event loop. */
  @FunctionalInterface
  interface Work {
    Runnable receive(BodyStream body) throws Rejected, IOException, InterruptedException;
  }

  Receiving(Vertx vertx, Blocking blocking, HttpLimits limits, Refusals refusals) {
    this.vertx = vertx;
    this.blocking = blocking;
    this.limits = limits;
    this.refusals = refusals;
  }

  /** Whether the caller may send something to be checked; its refusals so far decide. */
  void admit(Exchange exchange) throws Rejected {
    exchange.caller().require(Scope.DEPLOY);
    refusals.admit(exchange.caller());
    if (!exchange.hasBody()) {
      throw new Rejected(ErrorCode.HTTP_LENGTH, "The request has no body.");
    }
    exchange.requirePlainChunks();
  }

  /** Begins to receive; {@code what} names it in the log. */
  void begin(Exchange exchange, String what, Work work) {
    exchange.connections().busy(exchange.request().connection(), limits.upload());
    BodyStream body = body(exchange);
    open.add(body);
    Context context = vertx.getOrCreateContext();
    blocking.run(
        what,
        () -> {
          Runnable answer = receive(exchange, what, work, body);
          open.remove(body);
          body.close();
          context.runOnContext(_ -> answer.run());
        });
  }

  private BodyStream body(Exchange exchange) {
    HttpServerRequest request = exchange.request();
    boolean expects = "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    BodyStream body =
        new BodyStream(
            vertx.getOrCreateContext(),
            request,
            new Pace(limits.pace(), System::nanoTime),
            () -> {
              if (expects && !request.response().ended() && !request.response().closed()) {
                request.response().writeContinue();
              }
            });
    request.exceptionHandler(_ -> body.fail(cut(request, body.received())));
    exchange
        .connections()
        .body(
            request.connection(),
            () ->
                body.fail(
                    new BrokenBody(
                        ErrorCode.HTTP_FRAMING,
                        "after " + body.received() + " bytes of the body came no valid chunk")));
    return body;
  }

  private static BrokenBody cut(HttpServerRequest request, long received) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return new BrokenBody(
        ErrorCode.HTTP_LENGTH,
        "the client closed the connection after "
            + received
            + (length == null ? " bytes, before the end of the body" : " of " + length + " bytes"));
  }

  /** Blocks until the core is done; what is to be answered is the result. */
  private Runnable receive(Exchange exchange, String what, Work work, BodyStream body) {
    try {
      return work.receive(body);
    } catch (Rejected e) {
      // A body that broke is the truth; that a reader found its remains wanting is not.
      if (body.failure() instanceof BrokenBody broken) {
        return () -> exchange.problem(broken.code(), broken.detail());
      }
      refusals.refused(exchange.caller(), e.code());
      return () -> exchange.problem(e);
    } catch (IOException e) {
      if (body.failure() instanceof BrokenBody broken) {
        return () -> exchange.problem(broken.code(), broken.detail());
      }
      LOG.atWarn().addKeyValue("request", what).setCause(e).log("An upload could not be received");
      return () -> exchange.problem(ErrorCode.HOST_FAULT, String.valueOf(e.getMessage()));
    } catch (InterruptedException _) {
      return () -> exchange.problem(ErrorCode.AGENT_STOPPING, "The agent stops.");
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("request", what).setCause(e).log("A bug in receiving an upload");
      return () -> exchange.problem(ErrorCode.INTERNAL, "Receiving it failed.");
    }
  }

  /** Ends every upload: the agent stops. */
  void stop() {
    open.forEach(body -> body.fail(new BrokenBody(ErrorCode.AGENT_STOPPING, "the agent stops")));
  }
}
