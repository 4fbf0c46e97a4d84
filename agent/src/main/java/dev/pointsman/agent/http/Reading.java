package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.SessionResource;
import dev.pointsman.protocol.api.VerificationResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The requests that only look. */
final class Reading {
  private static final Pattern DEPLOYMENT = Pattern.compile("([a-z][a-z0-9-]{0,38})-[0-9]{1,18}");

  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;
  private final HttpLimits limits;
  private final InstantSource clock;

  Reading(Vertx vertx, Control control, Blocking blocking, HttpLimits limits, InstantSource clock) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
    this.limits = limits;
    this.clock = clock;
  }

  void apps(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    List<AppResource> apps =
        control.apps().stream().filter(app -> exchange.caller().maySee(app.app())).toList();
    if (exchange.prefers("text/plain", "application/json")) {
      exchange.read(Exchange.TEXT, Buffer.buffer(StatusTable.apps(apps, clock.instant())));
    } else {
      exchange.read(Map.of("apps", apps));
    }
  }

  void app(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    AppResource app = control.app(exchange.app());
    if (exchange.prefers("text/plain", "application/json")) {
      exchange.read(Exchange.TEXT, Buffer.buffer(StatusTable.app(app, clock.instant())));
    } else {
      exchange.read(app);
    }
  }

  void releases(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    AppName app = exchange.app();
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "releases of " + app,
        () -> {
          List<ReleaseResource> releases = control.releases(app);
          return () -> exchange.read(Map.of("releases", releases));
        });
  }

  void release(Exchange exchange) throws Rejected {
    blocking.answerAbout(
        vertx.getOrCreateContext(),
        exchange,
        "release",
        (app, id) -> {
          Object release = find(app, id);
          return () -> exchange.read(release);
        });
  }

  /** {@code POST /v1/apps/APP/releases/RELEASE/verify}: reads all of it. */
  void verify(Exchange exchange) throws Rejected {
    blocking.answerAbout(
        vertx.getOrCreateContext(),
        exchange,
        "verify",
        (app, id) -> {
          VerificationResource found = control.verify(app, id);
          return () -> exchange.json(200, found);
        });
  }

  /** The release, or the session in which it is being sent. */
  private Object find(AppName app, ReleaseId id) throws Rejected {
    for (ReleaseResource release : control.releases(app)) {
      if (release.release().equals(id.value())) {
        return release;
      }
    }
    try {
      Control.Missing missing = control.missing(app, id);
      return new SessionResource(
          app.value(), id.value(), "staging", missing.files(), missing.bytes(), missing.expires());
    } catch (Rejected e) {
      if (e.code() != ErrorCode.SESSION_UNKNOWN) {
        throw e;
      }
      throw new Rejected(ErrorCode.RELEASE_UNKNOWN, id + " of " + app + " is not on this host.");
    }
  }

  void deployments(Exchange exchange) throws Rejected {
    exchange.allowQuery();
    exchange.read(Map.of("deployments", control.deployments(exchange.app())));
  }

  /** One deployment; with {@code ?wait=} when it is over or the time has passed. */
  void deployment(Exchange exchange) throws Rejected {
    exchange.allowQuery("wait");
    String id = exchange.path("id");
    Matcher matcher = DEPLOYMENT.matcher(id);
    if (!matcher.matches()) {
      throw new Rejected(ErrorCode.DEPLOYMENT_UNKNOWN, "'" + id + "' is not a deployment's id.");
    }
    exchange.caller().require(new AppName(matcher.group(1)));
    Duration wait = Parse.duration(exchange.query("wait"), "wait", limits.longPoll());
    DeploymentResource now = control.deployment(id);
    if (wait.isZero() || now.state().isOver()) {
      exchange.read(now);
      return;
    }
    Thread waiter =
        blocking.answer(
            vertx.getOrCreateContext(),
            exchange,
            "wait for " + id,
            () -> {
              DeploymentResource later = control.await(id, wait);
              return () -> exchange.read(later);
            });
    exchange.request().response().closeHandler(_ -> waiter.interrupt());
  }
}
