package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.AgentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import io.vertx.core.Vertx;
import java.util.Optional;

/** The requests about the agent itself. */
final class AgentItself {
  private final Vertx vertx;
  private final Optional<OwnAgent> agent;
  private final Blocking blocking;

  AgentItself(Vertx vertx, Optional<OwnAgent> agent, Blocking blocking) {
    this.vertx = vertx;
    this.agent = agent;
    this.blocking = blocking;
  }

  /** {@code GET /v1/agent}. */
  void describe(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    exchange.json(200, own().describe());
  }

  /** {@code POST /v1/agent/upgrade}: about the whole host. */
  void upgrade(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    exchange.caller().requireEveryApp();
    OwnAgent own = own();
    String caller = exchange.caller().name();
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "upgrade",
        () -> {
          AgentResource answer = own.upgrade(caller);
          return () -> exchange.json(202, answer);
        });
  }

  private OwnAgent own() throws Rejected {
    return agent.orElseThrow(
        () -> new Rejected(ErrorCode.NOT_FOUND, "This API is not served by an agent."));
  }
}
