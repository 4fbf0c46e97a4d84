package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Caller;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** {@code GET /v1/events}: the kept events as JSON, or what happens from now on as a stream. */
final class Following {
  private final Vertx vertx;
  private final Control control;
  private final HttpLimits limits;
  private final Set<Follower> followers = ConcurrentHashMap.newKeySet();

  Following(Vertx vertx, Control control, HttpLimits limits) {
    this.vertx = vertx;
    this.control = control;
    this.limits = limits;
  }

  void events(Exchange exchange) throws Rejected {
    exchange.allowQuery("app", "since");
    String app = exchange.query("app");
    if (app != null) {
      AppName name =
          AppName.parse(app)
              .orElseThrow(
                  () -> new Rejected(ErrorCode.APP_UNKNOWN, "'" + app + "' is not an app's name."));
      exchange.caller().require(name);
      control.app(name);
    }
    String last = exchange.header("Last-Event-ID");
    String since = last == null ? exchange.query("since") : last;
    if (since != null && !since.matches("[0-9]{1,18}")) {
      throw new Rejected(
          ErrorCode.REQUEST_INVALID, "'" + since + "' is not an event's id.", "since");
    }
    Caller caller = exchange.caller();
    Predicate<EventResource> wanted =
        event -> caller.maySee(event.app()) && (app == null || app.equals(event.app()));
    if (exchange.prefers("application/json", "text/event-stream")) {
      List<EventResource> kept = control.eventsSince(since).stream().filter(wanted).toList();
      exchange.read(Map.of("events", kept));
    } else {
      follow(exchange, since, wanted);
    }
  }

  private void follow(Exchange exchange, @Nullable String since, Predicate<EventResource> wanted)
      throws Rejected {
    if (followers.size() >= limits.followers()) {
      throw new Rejected(
          ErrorCode.LIMIT_RATE, "There are " + followers.size() + " event streams already.");
    }
    exchange.connections().unbounded(exchange.request().connection());
    Follower follower = new Follower(vertx, exchange.request(), limits, wanted, followers::remove);
    followers.add(follower);
    follower.start(control, since);
  }

  /** Ends every stream cleanly: the agent stops. */
  void stop() {
    followers.forEach(Follower::end);
  }

  /** How many streams are open. */
  int count() {
    return followers.size();
  }
}
