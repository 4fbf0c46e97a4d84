package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Gate;
import dev.pointsman.agent.access.Refusals;
import dev.pointsman.agent.access.Scope;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Map;
import java.util.function.BooleanSupplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Every address of the API, in one place; one router for each listener. */
final class Routes {
  private static final Logger LOG = LoggerFactory.getLogger(Routes.class);

  private final Vertx vertx;
  private final HttpLimits limits;
  private final MetricsRegistry metrics;
  private final BooleanSupplier ready;
  private final String version;
  private final Handlers handlers;

  /** What the addresses lead to. */
  record Handlers(
      Reading reading,
      Uploads uploads,
      Sessions sessions,
      Blobs blobs,
      Deploying deploying,
      Pulling pulling,
      Following following,
      Logs logs,
      Housekeeping housekeeping,
      Trusting trusting,
      AgentItself agent,
      Refusals refusals) {}

  /** Answers an exchange, at once or later; what it throws is answered for it. */
  @FunctionalInterface
  interface Action {
    void answer(Exchange exchange) throws Rejected;
  }

  /** As {@link Action}, for a request with a small body. */
  @FunctionalInterface
  interface BodyAction {
    void answer(Exchange exchange, byte[] body) throws Rejected;
  }

  Routes(Vertx vertx, HttpLimits limits, ApiSource source, Handlers handlers) {
    this.vertx = vertx;
    this.limits = limits;
    this.metrics = source.metrics();
    this.ready = source.ready();
    this.version = source.version();
    this.handlers = handlers;
  }

  /** The routes for a listener whose callers {@code gate} knows. */
  Router router(Gate gate, Connections connections) {
    Router router = Router.router(vertx);
    router.route().handler(routing -> begin(routing, connections));
    probes(router);
    router.route().handler(routing -> admit(routing, gate));
    Reading reading = handlers.reading();
    Deploying deploying = handlers.deploying();
    at(router, "/metrics").get(Scope.READ, this::metrics).done();
    at(router, "/v1/apps").get(Scope.READ, reading::apps).done();
    at(router, "/v1/apps/:app").get(Scope.READ, reading::app).done();
    at(router, "/v1/apps/:app/releases")
        .get(Scope.READ, reading::releases)
        .on(HttpMethod.POST, Scope.DEPLOY, small(handlers.pulling()::release))
        .done();
    at(router, "/v1/apps/:app/releases/:release")
        .get(Scope.READ, reading::release)
        .on(HttpMethod.PUT, Scope.DEPLOY, handlers.uploads()::put)
        .done();
    sending(router);
    at(router, "/v1/apps/:app/releases/:release/verify")
        .on(HttpMethod.POST, Scope.DEPLOY, small((exchange, _) -> reading.verify(exchange)))
        .done();
    at(router, "/v1/apps/:app/deployments")
        .get(Scope.READ, reading::deployments)
        .on(HttpMethod.POST, Scope.DEPLOY, small(deploying::deploy))
        .done();
    at(router, "/v1/apps/:app/rollback")
        .on(HttpMethod.POST, Scope.DEPLOY, small(deploying::rollback))
        .done();
    // What an app writes may hold secrets, so those who only look are not shown it.
    at(router, "/v1/apps/:app/logs").get(Scope.DEPLOY, handlers.logs()::logs).done();
    ordering(router);
    configuring(router);
    at(router, "/v1/apps/:app/judgement")
        .on(HttpMethod.POST, Scope.READ, small(handlers.trusting()::judge, Trusting.MAX_JUDGED))
        .done();
    at(router, "/v1/apps/:app/sequence")
        .on(HttpMethod.POST, Scope.ADMIN, small(handlers.trusting()::reset))
        .done();
    at(router, "/v1/agent").get(Scope.READ, handlers.agent()::describe).done();
    at(router, "/v1/agent/upgrade")
        .on(
            HttpMethod.POST,
            Scope.ADMIN,
            small((exchange, _) -> handlers.agent().upgrade(exchange)))
        .done();
    at(router, "/v1/trust").get(Scope.READ, handlers.trusting()::list).done();
    Housekeeping housekeeping = handlers.housekeeping();
    at(router, "/v1/apps/:app/releases/:release/pin")
        .on(HttpMethod.PUT, Scope.DEPLOY, exchange -> housekeeping.pin(exchange, true))
        .on(HttpMethod.DELETE, Scope.DEPLOY, exchange -> housekeeping.pin(exchange, false))
        .done();
    at(router, "/v1/gc").on(HttpMethod.POST, Scope.ADMIN, small(housekeeping::collect)).done();
    at(router, "/v1/deployments/:id").get(Scope.READ, reading::deployment).done();
    at(router, "/v1/events").get(Scope.READ, handlers.following()::events).done();
    router.route().handler(routing -> nothingHere(Exchange.of(routing)));
    failures(router, connections);
    return router;
  }

  /** What is done with an app's workers; taking them all away is not for those who only deploy. */
  private void ordering(Router router) {
    Deploying deploying = handlers.deploying();
    at(router, "/v1/apps/:app/restart")
        .on(HttpMethod.POST, Scope.DEPLOY, small(deploying::restart))
        .done();
    at(router, "/v1/apps/:app/scale")
        .on(HttpMethod.POST, Scope.DEPLOY, small(deploying::scale))
        .done();
    at(router, "/v1/apps/:app/stop")
        .on(HttpMethod.POST, Scope.ADMIN, small(deploying::stop))
        .done();
    at(router, "/v1/apps/:app/start")
        .on(HttpMethod.POST, Scope.ADMIN, small(deploying::start))
        .done();
  }

  /** What the configuration would change, and reading it again. */
  private void configuring(Router router) {
    Housekeeping housekeeping = handlers.housekeeping();
    at(router, "/v1/apps/:app/plan").get(Scope.READ, housekeeping::plan).done();
    at(router, "/v1/reload").on(HttpMethod.POST, Scope.ADMIN, small(housekeeping::reload)).done();
  }

  /** The parts of a release on its way here. */
  private void sending(Router router) {
    String release = "/v1/apps/:app/releases/:release";
    Sessions sessions = handlers.sessions();
    at(router, release + "/pack").on(HttpMethod.PUT, Scope.DEPLOY, handlers.uploads()::pack).done();
    at(router, release + "/missing").get(Scope.READ, sessions::missing).done();
    at(router, release + "/files").get(Scope.READ, sessions::files).done();
    at(router, release + "/pull").get(Scope.READ, handlers.pulling()::state).done();
    at(router, release + "/session").on(HttpMethod.DELETE, Scope.DEPLOY, sessions::discard).done();
    at(router, "/v1/apps/:app/blobs/:sha256")
        .on(HttpMethod.HEAD, Scope.DEPLOY, handlers.blobs()::look)
        .on(HttpMethod.PUT, Scope.DEPLOY, handlers.blobs()::put)
        .done();
  }

  private void probes(Router router) {
    at(router, "/healthz")
        .get(null, e -> e.json(200, Map.of("status", "alive", "version", version)))
        .done();
    at(router, "/readyz")
        .get(
            null,
            e -> {
              boolean now = ready.getAsBoolean();
              e.json(now ? 200 : 503, Map.of("status", now ? "ready" : "not ready"));
            })
        .done();
  }

  private void begin(RoutingContext routing, Connections connections) {
    Exchange exchange = Exchange.begin(vertx, routing, limits, connections);
    exchange.with("Server", "pointsman/" + version);
    long since = System.nanoTime();
    routing.addEndHandler(_ -> {
      connections.idle(routing.request().connection());
      String route = routing.get(Address.ROUTE, "other");
      int status = routing.response().getStatusCode();
      double seconds = (System.nanoTime() - since) / 1e9;
      metrics.answered(routing.request().method().name(), route, status, seconds);
      LOG.atDebug()
          .addKeyValue("method", routing.request().method())
          .addKeyValue("path", routing.request().path())
          .addKeyValue("status", status)
          .addKeyValue("caller", exchange.caller().name())
          .log("Answered");
    });
    routing.next();
  }

  private void admit(RoutingContext routing, Gate gate) {
    Exchange exchange = Exchange.of(routing);
    try {
      exchange.admitted(gate.admit(exchange.header("Authorization")));
    } catch (Rejected e) {
      exchange.problem(handlers.refusals().unknown(exchange.remote(), e));
      return;
    }
    routing.next();
  }

  private void metrics(Exchange exchange) throws Rejected {
    exchange.caller().requireEveryApp();
    exchange.end(200, MetricsRegistry.CONTENT_TYPE, Buffer.buffer(metrics.text()));
  }

  private static void nothingHere(Exchange exchange) {
    exchange.problem(ErrorCode.NOT_FOUND, "There is nothing at " + exchange.request().path() + ".");
  }

  /** Reads the body before {@code action}: bounded in size and in time. */
  private Action small(BodyAction action) {
    return exchange -> new SmallBody(vertx, limits).read(exchange, action);
  }

  private Action small(BodyAction action, int most) {
    return exchange -> new SmallBody(vertx, limits, most).read(exchange, action);
  }

  /** What the router itself refuses, and what handlers threw. */
  private void failures(Router router, Connections connections) {
    for (int status : List.of(400, 404, 405, 406, 413, 414, 415, 500)) {
      router.errorHandler(status, routing -> failed(routing, status, connections));
    }
  }

  private void failed(RoutingContext routing, int status, Connections connections) {
    Exchange begun = Exchange.find(routing);
    Exchange exchange = begun == null ? Exchange.begin(vertx, routing, limits, connections) : begun;
    if (status < 500) {
      exchange.problem(
          status == 404 ? ErrorCode.NOT_FOUND : ErrorCode.REQUEST_INVALID,
          "The request for " + routing.request().uri() + " is not one that this API knows.");
      return;
    }
    Answering.bug(exchange, routing.failure());
  }

  private static Address at(Router router, String path) {
    return new Address(router, path);
  }
}
