package dev.pointsman.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.protocol.api.GarbageResource;
import dev.pointsman.protocol.api.PlanResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.ReleaseResource;
import dev.pointsman.protocol.api.ReloadResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Vertx;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The requests that decide what stays on the disk. */
final class Housekeeping {
  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;

  Housekeeping(Vertx vertx, Control control, Blocking blocking) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
  }

  /** {@code PUT} and {@code DELETE /v1/apps/APP/releases/ID/pin}. */
  void pin(Exchange exchange, boolean pinned) throws Rejected {
    exchange.allowQuery();
    AppName app = exchange.app();
    ReleaseId release = exchange.release();
    String caller = exchange.caller().name();
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        (pinned ? "pin " : "unpin ") + app + " " + release,
        () -> {
          ReleaseResource answer = control.pin(app, release, pinned, caller);
          return () -> exchange.json(200, answer);
        });
  }

  /** {@code GET /v1/apps/APP/plan}. */
  void plan(Exchange exchange) throws Rejected {
    exchange.allowQuery("release");
    AppName app = exchange.app();
    String text = exchange.query("release");
    @Nullable ReleaseId release = text == null ? null : Exchange.release(text);
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "plan " + app,
        () -> {
          PlanResource answer = control.plan(app, release);
          return () -> exchange.read(answer);
        });
  }

  /** {@code POST /v1/reload}: about the whole host. */
  void reload(Exchange exchange, byte[] body) throws Rejected {
    exchange.caller().requireEveryApp();
    boolean apply = body.length > 0 && Parse.flag(Parse.object(body, Set.of("apply")), "apply");
    String caller = exchange.caller().name();
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "reload",
        () -> {
          ReloadResource answer = control.reload(apply, caller);
          return () -> exchange.json(200, answer);
        });
  }

  /** {@code POST /v1/gc}: about the whole host. */
  void collect(Exchange exchange, byte[] body) throws Rejected {
    exchange.caller().requireEveryApp();
    Control.Collecting how = new Control.Collecting(false, false, false);
    if (body.length > 0) {
      JsonNode request = Parse.object(body, Set.of("dryRun", "now", "scrub"));
      how =
          new Control.Collecting(
              Parse.flag(request, "dryRun"),
              Parse.flag(request, "now"),
              Parse.flag(request, "scrub"));
    }
    Control.Collecting wanted = how;
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "gc",
        () -> {
          GarbageResource answer = control.collect(wanted);
          return () -> exchange.json(200, answer);
        });
  }
}
