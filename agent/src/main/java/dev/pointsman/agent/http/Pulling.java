package dev.pointsman.agent.http;

import com.fasterxml.jackson.databind.JsonNode;
import dev.pointsman.agent.pull.Pulls;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The requests that name an address instead of sending a body.
 *
 * @param longest that anybody may wait for the end of a pull
 */
record Pulling(
    Vertx vertx,
    Control control,
    Blocking blocking,
    Optional<Pulls> pulls,
    Duration longest,
    Idempotency idempotency) {
  /** {@code POST /v1/apps/APP/releases}. */
  void release(Exchange exchange, byte[] body) throws Rejected {
    AppName app = exchange.app();
    JsonNode request = Parse.object(body, Set.of("release", "url"));
    begin(exchange, app, request, false, false);
  }

  /** Begins to fetch what {@code request} names. */
  void begin(Exchange exchange, AppName app, JsonNode request, boolean deploy, boolean force)
      throws Rejected {
    ReleaseId release = Exchange.release(required(request, "release"));
    String url = required(request, "url");
    control.app(app);
    Pulls all = all();
    Pulls.Request what =
        new Pulls.Request(app, release, url, deploy, force, exchange.caller().name());
    String address = "/v1/apps/" + app + "/releases/" + release + "/pull";
    blocking.answer(
        vertx.getOrCreateContext(),
        exchange,
        "begin the pull of " + release,
        () -> {
          // The same request with the same key finds its pull, also when that is over.
          idempotency.once(
              exchange, what.toString(), () -> all.begin(what).app() + "/" + what.release());
          PullResource pull = all.find(app, release);
          return () -> exchange.with("Location", address).json(202, pull);
        });
  }

  private static String required(JsonNode request, String key) throws Rejected {
    @Nullable String text = Parse.text(request, key);
    if (text == null) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The key is missing.", key);
    }
    return text;
  }

  private Pulls all() throws Rejected {
    return pulls.orElseThrow(
        () -> new Rejected(ErrorCode.PULL_FORBIDDEN, "This host fetches nothing.", "url"));
  }

  /** {@code GET …/pull}; with {@code ?wait=} when it is over or the time has passed. */
  void state(Exchange exchange) throws Rejected {
    exchange.allowQuery("wait");
    AppName app = exchange.app();
    ReleaseId release = exchange.release();
    Duration wait = Parse.duration(exchange.query("wait"), "wait", longest);
    Pulls all = all();
    PullResource now = all.find(app, release);
    if (wait.isZero() || now.endedAt() != null) {
      exchange.read(now);
      return;
    }
    Thread waiter =
        blocking.answer(
            vertx.getOrCreateContext(),
            exchange,
            "wait for the pull of " + release,
            () -> {
              PullResource later = all.await(app, release, wait);
              return () -> exchange.read(later);
            });
    exchange.request().response().closeHandler(_ -> waiter.interrupt());
  }
}
