package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Scope;
import dev.pointsman.protocol.api.ErrorCode;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** One address, its methods, and a proper refusal of the others. */
final class Address {
  static final String ROUTE = "pointsman.route";

  private final Router router;
  private final String path;
  private final TreeSet<String> methods = new TreeSet<>();

  Address(Router router, String path) {
    this.router = router;
    this.path = path;
  }

  Address get(@Nullable Scope scope, Routes.Action action) {
    return on(HttpMethod.GET, scope, action).on(HttpMethod.HEAD, scope, action);
  }

  Address on(HttpMethod method, @Nullable Scope scope, Routes.Action action) {
    methods.add(method.name());
    router.route(method, path).handler(routing -> run(routing, scope, action));
    return this;
  }

  private void run(RoutingContext routing, @Nullable Scope scope, Routes.Action action) {
    routing.put(ROUTE, path);
    Answering.answer(
        Exchange.of(routing),
        exchange -> {
          if (scope != null) {
            exchange.caller().require(scope);
          }
          action.answer(exchange);
        });
  }

  void done() {
    String allowed = String.join(", ", methods);
    router
        .route(path)
        .handler(routing -> {
          Exchange exchange = Exchange.of(routing);
          exchange.with(HttpHeaders.ALLOW.toString(), allowed);
          exchange.problem(
              ErrorCode.METHOD_NOT_ALLOWED,
              routing.request().path() + " is not for " + routing.request().method() + ".");
        });
  }
}
