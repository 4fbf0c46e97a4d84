package dev.pointsman.agent.http;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.agent.access.Scope;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Vertx;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The requests that begin a deployment; each answers 202 with a resource to poll. */
final class Deploying {
  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;
  private final Idempotency idempotency;
  private final Pulling pulling;

  Deploying(
      Vertx vertx, Control control, Blocking blocking, Idempotency idempotency, Pulling pulling) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
    this.idempotency = idempotency;
    this.pulling = pulling;
  }

  /** {@code POST /v1/apps/APP/deployments}. */
  void deploy(Exchange exchange, byte[] body) throws Rejected {
    AppName app = exchange.app();
    JsonNode request = Parse.object(body, Set.of("release", "force", "allow_tainted", "url"));
    String release = Parse.text(request, "release");
    if (release == null) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The key is missing.", "release");
    }
    Control.Overrides overrides =
        new Control.Overrides(Parse.flag(request, "force"), Parse.flag(request, "allow_tainted"));
    if (!overrides.equals(Control.Overrides.NONE)) {
      exchange.caller().require(Scope.ADMIN);
    }
    ReleaseId id = Exchange.release(release);
    if (Parse.text(request, "url") != null) {
      if (overrides.allowTainted()) {
        throw new Rejected(
            ErrorCode.REQUEST_INVALID,
            "What is fetched is judged anew, so there is nothing to allow.",
            "allow_tainted");
      }
      pulling.begin(exchange, app, request, true, overrides.force());
      return;
    }
    begin(exchange, "deploy " + app + " " + id, () -> deploy(exchange, app, id, overrides));
  }

  /** Begins the deployment, or finds the one that the request's key stands for; blocks. */
  String deploy(Exchange exchange, AppName app, ReleaseId release, Control.Overrides overrides)
      throws Rejected {
    return idempotency.once(
        exchange,
        "deploy " + app + " " + release + " " + overrides,
        () -> control.deploy(app, release, overrides, exchange.caller().name()).id());
  }

  /** {@code POST /v1/apps/APP/rollback}. */
  void rollback(Exchange exchange, byte[] body) throws Rejected {
    AppName app = exchange.app();
    JsonNode request = Parse.object(orEmpty(body), Set.of("release", "allow_tainted"));
    String text = Parse.text(request, "release");
    boolean allowTainted = Parse.flag(request, "allow_tainted");
    if (allowTainted) {
      exchange.caller().require(Scope.ADMIN);
    }
    @Nullable ReleaseId release = text == null ? null : Exchange.release(text);
    begin(
        exchange,
        "rollback " + app,
        () ->
            idempotency.once(
                exchange,
                "rollback " + app + " " + text + " " + allowTainted,
                () -> control.rollback(app, release, allowTainted, exchange.caller().name()).id()));
  }

  /** {@code POST /v1/apps/APP/restart}. */
  void restart(Exchange exchange, byte[] body) throws Rejected {
    JsonNode request = Parse.object(orEmpty(body), Set.of("slot"));
    order(exchange, new Control.Order.Restart(Parse.whole(request, "slot")), false);
  }

  /** {@code POST /v1/apps/APP/scale}. */
  void scale(Exchange exchange, byte[] body) throws Rejected {
    Integer instances = Parse.whole(Parse.object(body, Set.of("instances")), "instances");
    if (instances == null) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The key is missing.", "instances");
    }
    order(exchange, new Control.Order.Scale(instances), false);
  }

  /** {@code POST /v1/apps/APP/stop}. */
  void stop(Exchange exchange, byte[] body) throws Rejected {
    Parse.object(orEmpty(body), Set.of());
    order(exchange, new Control.Order.Stop(), false);
  }

  /** {@code POST /v1/apps/APP/start}. */
  void start(Exchange exchange, byte[] body) throws Rejected {
    JsonNode request = Parse.object(orEmpty(body), Set.of("release", "allow_tainted"));
    String text = Parse.text(request, "release");
    order(
        exchange,
        new Control.Order.Start(text == null ? null : Exchange.release(text)),
        Parse.flag(request, "allow_tainted"));
  }

  private void order(Exchange exchange, Control.Order order, boolean allowTainted) throws Rejected {
    AppName app = exchange.app();
    String caller = exchange.caller().name();
    begin(
        exchange,
        "order " + app,
        () ->
            idempotency.once(
                exchange,
                app + " " + order + " " + allowTainted,
                () -> control.order(app, order, allowTainted, caller).id()));
  }

  private static byte[] orEmpty(byte[] body) {
    return body.length == 0 ? "{}".getBytes(UTF_8) : body;
  }

  /** Beginning is a write to the journal, which an event loop must not wait for. */
  private void begin(Exchange exchange, String name, Idempotency.Begin begin) {
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        name,
        () -> {
          DeploymentResource deployment = control.deployment(begin.deployment());
          return () ->
              exchange.with("Location", "/v1/deployments/" + deployment.id()).json(202, deployment);
        });
  }
}
