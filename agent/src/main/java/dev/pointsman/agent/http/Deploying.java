package dev.pointsman.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The requests that begin a deployment; each answers 202 with a resource to poll. */
final class Deploying {
  private final Control control;
  private final Idempotency idempotency;

  Deploying(Control control, Idempotency idempotency) {
    this.control = control;
    this.idempotency = idempotency;
  }

  /** {@code POST /v1/apps/APP/deployments}. */
  void deploy(Exchange exchange, byte[] body) throws Rejected {
    AppName app = exchange.app();
    JsonNode request = Parse.object(body, Set.of("release", "force"));
    String release = Parse.text(request, "release");
    if (release == null) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The key is missing.", "release");
    }
    boolean force = Parse.flag(request, "force");
    if (force) {
      exchange.caller().require(Scope.ADMIN);
    }
    accepted(exchange, deploy(exchange, app, Exchange.release(release), force));
  }

  /** Begins the deployment, or finds the one that the request's key stands for; any thread. */
  String deploy(Exchange exchange, AppName app, ReleaseId release, boolean force) throws Rejected {
    return once(
        exchange,
        "deploy " + app + " " + release + " " + force,
        () -> control.deploy(app, release, force, exchange.caller().name()).id());
  }

  /** {@code POST /v1/apps/APP/rollback}. */
  void rollback(Exchange exchange, byte[] body) throws Rejected {
    AppName app = exchange.app();
    String text =
        body.length == 0 ? null : Parse.text(Parse.object(body, Set.of("release")), "release");
    @Nullable ReleaseId release = text == null ? null : Exchange.release(text);
    String id =
        once(
            exchange,
            "rollback " + app + " " + text,
            () -> control.rollback(app, release, exchange.caller().name()).id());
    accepted(exchange, id);
  }

  private String once(Exchange exchange, String fingerprint, Idempotency.Begin begin)
      throws Rejected {
    String text = exchange.header("Idempotency-Key");
    if (text == null) {
      return begin.deployment();
    }
    Idempotency.Key key;
    try {
      key = new Idempotency.Key(exchange.caller().name(), text);
    } catch (IllegalArgumentException e) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, e.getMessage() + ".", "Idempotency-Key");
    }
    return idempotency.once(key, fingerprint, begin);
  }

  private void accepted(Exchange exchange, String id) throws Rejected {
    DeploymentResource deployment = control.deployment(id);
    exchange.with("Location", "/v1/deployments/" + id).json(202, deployment);
  }
}
