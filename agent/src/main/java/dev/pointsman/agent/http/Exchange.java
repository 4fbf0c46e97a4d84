package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Caller;
import dev.pointsman.agent.access.Scope;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.ProblemResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.MIMEHeader;
import io.vertx.ext.web.RoutingContext;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;

/**
 * One request and its answer: what handlers read of the one and write to the other. Belongs to the
 * request's event loop.
 */
final class Exchange {
  private static final String KEY = "pointsman.exchange";
  static final String JSON = "application/json; charset=utf-8";
  static final String TEXT = "text/plain; charset=utf-8";
  private static final String PROBLEM = "application/problem+json";

  private final Vertx vertx;
  private final RoutingContext routing;
  private final HttpServerRequest request;
  private final HttpLimits limits;
  private final Connections connections;
  private Caller caller = new Caller("nobody", Scope.READ, Set.of());

  private Exchange(
      Vertx vertx, RoutingContext routing, HttpLimits limits, Connections connections) {
    this.vertx = vertx;
    this.routing = routing;
    this.request = routing.request();
    this.limits = limits;
    this.connections = connections;
  }

  /** Begins the exchange of {@code routing}; nothing of a body is read before somebody asks. */
  static Exchange begin(
      Vertx vertx, RoutingContext routing, HttpLimits limits, Connections connections) {
    Exchange exchange = new Exchange(vertx, routing, limits, connections);
    routing.put(KEY, exchange);
    connections.busy(routing.request().connection(), limits.request());
    if (exchange.hasBody()) {
      routing.request().pause();
    }
    return exchange;
  }

  /** The exchange of {@code routing}, begun before. */
  static Exchange of(RoutingContext routing) {
    return Objects.requireNonNull(find(routing));
  }

  /** The exchange of {@code routing}, or null where the router failed before it began. */
  static @Nullable Exchange find(RoutingContext routing) {
    return routing.get(KEY);
  }

  HttpServerRequest request() {
    return request;
  }

  Connections connections() {
    return connections;
  }

  Caller caller() {
    return caller;
  }

  void admitted(Caller admitted) {
    caller = admitted;
  }

  /** The address that the request came from, without its port. */
  String remote() {
    var address = request.remoteAddress();
    String host = address == null ? null : address.hostAddress();
    return host == null ? "the unix socket" : host;
  }

  boolean hasBody() {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return (length != null && !length.equals("0"))
        || request.headers().contains(HttpHeaders.TRANSFER_ENCODING);
  }

  /** The app that the path names, if the caller may use it. */
  AppName app() throws Rejected {
    String name = path("app");
    AppName app =
        AppName.parse(name)
            .orElseThrow(
                () -> new Rejected(ErrorCode.APP_UNKNOWN, "'" + name + "' is not an app's name."));
    caller.require(app);
    return app;
  }

  /** The release that the path names. */
  ReleaseId release() throws Rejected {
    return release(path("release"));
  }

  static ReleaseId release(String text) throws Rejected {
    try {
      return new ReleaseId(text);
    } catch (IllegalArgumentException e) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, String.valueOf(e.getMessage()), "release");
    }
  }

  String path(String name) {
    return Objects.requireNonNull(routing.pathParam(name));
  }

  /** Refuses query parameters other than {@code known}: a misspelt one must not be overlooked. */
  void allowQuery(String... known) throws Rejected {
    for (String name : routing.queryParams().names()) {
      if (!Set.of(known).contains(name)) {
        throw new Rejected(
            ErrorCode.REQUEST_INVALID,
            known.length == 0
                ? "This address takes no query parameters."
                : "This address takes the query parameters " + String.join(", ", known) + ".",
            name);
      }
    }
  }

  /** The only value of a query parameter, or null. */
  @Nullable String query(String name) throws Rejected {
    var values = routing.queryParam(name);
    if (values.size() > 1) {
      throw new Rejected(ErrorCode.REQUEST_INVALID, "The parameter is given twice.", name);
    }
    return values.isEmpty() ? null : values.getFirst();
  }

  @Nullable String header(String name) {
    return request.getHeader(name);
  }

  /** Every value of a header. */
  List<String> headers(String name) {
    return List.copyOf(request.headers().getAll(name));
  }

  /** What {@code Content-Length} says, or -1; the decoder has checked its form. */
  long contentLength() {
    String length = header(HttpHeaders.CONTENT_LENGTH.toString());
    return length == null ? -1 : Long.parseLong(length);
  }

  /** Refuses a body that is wrapped in anything but chunks: nobody here would unwrap it. */
  void requirePlainChunks() throws Rejected {
    for (String coding : headers(HttpHeaders.TRANSFER_ENCODING.toString())) {
      if (!coding.equalsIgnoreCase("chunked")) {
        throw new Rejected(
            ErrorCode.HTTP_FRAMING,
            "The only transfer coding here is chunked.",
            "Transfer-Encoding");
      }
    }
    if (header("Content-Encoding") != null) {
      throw new Rejected(
          ErrorCode.CONTENT_TYPE,
          "A content coding is not undone here: say what is sent in Content-Type.",
          "Content-Encoding");
    }
  }

  /** Whether the client would rather have {@code wanted} than {@code other}; ties go to other. */
  boolean prefers(String wanted, String other) {
    for (MIMEHeader accepted : routing.parsedHeaders().accept()) {
      String type = accepted.component() + "/" + accepted.subComponent();
      if (type.equals(wanted)) {
        return true;
      }
      if (type.equals(other) || accepted.component().equals("*")) {
        return false;
      }
    }
    return false;
  }

  /** Sets a header of the answer. */
  Exchange with(String name, String value) {
    request.response().putHeader(name, value);
    return this;
  }

  void json(int status, Object resource) {
    end(status, JSON, Buffer.buffer(Json.text(resource)));
  }

  void problem(Rejected rejected) {
    problem(ProblemResource.of(rejected));
  }

  void problem(ErrorCode code, String detail) {
    problem(ProblemResource.of(code, detail, null));
  }

  private void problem(ProblemResource problem) {
    if (problem.status() == 401) {
      with("WWW-Authenticate", "Bearer realm=\"pointsman\"");
    }
    if (problem.status() == 429 || problem.status() == 503) {
      with("Retry-After", "5");
    }
    end(problem.status(), PROBLEM, Buffer.buffer(Json.text(problem)));
  }

  /** Answers a read: with its ETag, or with 304 where the client has it already. */
  void read(String type, Buffer body) {
    String tag = Etag.of(body.getBytes());
    with("ETag", tag).with("Vary", "Accept, Authorization");
    String known = header("If-None-Match");
    if (known != null && Etag.matches(known, tag)) {
      end(304, null, Buffer.buffer());
    } else {
      end(200, type, body);
    }
  }

  void read(Object resource) {
    read(JSON, Buffer.buffer(Json.text(resource)));
  }

  /**
   * Ends the answer. Does nothing where there was one, or where the client has gone. Completes when
   * it was handed to the client, or cannot be.
   */
  Future<Void> end(int status, @Nullable String type, Buffer body) {
    HttpServerResponse response = begin(status, type);
    if (response == null) {
      return Future.succeededFuture();
    }
    boolean bodiless = request.method().equals(HttpMethod.HEAD) || status == 304;
    if (bodiless && status != 304) {
      response.putHeader(HttpHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
    }
    return finish(bodiless ? Buffer.buffer() : body);
  }

  /** Begins an answer whose body is still to be written; null where nobody waits for one. */
  @Nullable HttpServerResponse begin(int status, @Nullable String type) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return null;
    }
    response.setStatusCode(status);
    if (!response.headers().contains(HttpHeaders.CACHE_CONTROL)) {
      response.putHeader(HttpHeaders.CACHE_CONTROL, "no-cache");
    }
    if (type != null) {
      response.putHeader(HttpHeaders.CONTENT_TYPE, type);
    }
    if (isUnread()) {
      response.putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE);
    }
    return response;
  }

  /** Ends an answer that was begun. */
  Future<Void> finish(Buffer rest) {
    HttpServerResponse response = request.response();
    if (response.ended() || response.closed()) {
      return Future.succeededFuture();
    }
    boolean unread = isUnread();
    Future<Void> sent = rest.length() == 0 ? response.end() : response.end(rest);
    if (unread) {
      linger();
    }
    return sent;
  }

  private boolean isUnread() {
    return hasBody() && !request.isEnded();
  }

  /**
   * Lets a client that is still sending notice its answer: reads on a little, then only waits for
   * it to close. To close at once would reset the connection, and the answer would be lost.
   */
  private void linger() {
    AtomicLong left = new AtomicLong(limits.drain());
    request.handler(buffer -> {
      if (left.addAndGet(-buffer.length()) <= 0) {
        request.pause();
      }
    });
    request.endHandler(_ -> request.connection().close());
    request.exceptionHandler(_ -> {}); // It has gone: what we wait for.
    connections.busy(request.connection(), limits.linger());
    long timer = vertx.setTimer(limits.linger().toMillis(), _ -> Abort.now(request.connection()));
    request
        .connection()
        .closeHandler(_ -> {
          vertx.cancelTimer(timer);
          connections.closed(request.connection());
        });
    request.resume();
  }
}
