package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.api.StagedResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.io.IOException;
import java.util.Locale;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code PUT /v1/apps/APP/releases/ID}: streams the body to {@link Control#receive} on a virtual
 * thread, in constant memory, at the pace of its reader.
 *
 * <p>{@code 100 Continue} is sent when the core reads for the first time, so whatever can be
 * refused without the body is refused before it is sent.
 */
final class Uploads {
  private static final Logger LOG = LoggerFactory.getLogger(Uploads.class);
  private static final Set<String> TYPES =
      Set.of(ApiClient.BUNDLE_TYPE, "application/x-tar", "application/octet-stream");

  private final Vertx vertx;
  private final Control control;
  private final Blocking blocking;
  private final Deploying deploying;
  private final HttpLimits limits;
  private final Set<BodyStream> open = ConcurrentHashMap.newKeySet();

  Uploads(Vertx vertx, Control control, Blocking blocking, Deploying deploying, HttpLimits limits) {
    this.vertx = vertx;
    this.control = control;
    this.blocking = blocking;
    this.deploying = deploying;
    this.limits = limits;
  }

  /** Checks what can be checked without the body, then hands the body over. */
  void put(Exchange exchange) throws Rejected {
    AppName app = exchange.app();
    exchange.caller().require(Scope.DEPLOY);
    ReleaseId release = exchange.release();
    exchange.allowQuery("deploy");
    boolean deploy = Parse.flag(exchange.query("deploy"), "deploy");
    requireType(exchange.header("Content-Type"));
    control.app(app);
    if (!exchange.hasBody()) {
      throw new Rejected(ErrorCode.HTTP_LENGTH, "The request has no body.");
    }
    exchange.connections().busy(exchange.request().connection(), limits.upload());
    BodyStream body = body(exchange.request());
    open.add(body);
    Context context = vertx.getOrCreateContext();
    blocking.run(
        "upload " + app + "/" + release,
        () -> {
          Runnable answer = receive(exchange, new Upload(app, release, deploy), body);
          open.remove(body);
          body.close();
          context.runOnContext(_ -> answer.run());
        });
  }

  private record Upload(AppName app, ReleaseId release, boolean deploy) {}

  private BodyStream body(HttpServerRequest request) {
    boolean expects = "100-continue".equalsIgnoreCase(request.getHeader(HttpHeaders.EXPECT));
    BodyStream body =
        new BodyStream(
            vertx.getOrCreateContext(),
            request,
            new Pace(limits.pace(), System::nanoTime),
            () -> {
              if (expects && !request.response().ended() && !request.response().closed()) {
                request.response().writeContinue();
              }
            });
    request.exceptionHandler(_ -> body.fail(cut(request, body.received())));
    return body;
  }

  private static BrokenBody cut(HttpServerRequest request, long received) {
    String length = request.getHeader(HttpHeaders.CONTENT_LENGTH);
    return new BrokenBody(
        ErrorCode.HTTP_LENGTH,
        "the client closed the connection after "
            + received
            + (length == null ? " bytes, before the end of the body" : " of " + length + " bytes"));
  }

  /** Blocks until the bundle is staged or not; what is to be answered is the result. */
  private Runnable receive(Exchange exchange, Upload upload, BodyStream body) {
    try {
      if (!(control.receive(upload.app(), upload.release(), body, exchange.caller().name())
          instanceof Control.Upload.Complete(StagedResource staged))) {
        throw new Rejected(ErrorCode.BUNDLE_FORMAT, "The bundle has no payload.");
      }
      StagedResource answer = upload.deploy() ? deploy(exchange, upload, staged) : staged;
      location(exchange, upload);
      return () -> exchange.json(staged.created() ? 201 : 200, answer);
    } catch (Rejected e) {
      // A body that broke is the truth; that a reader found its remains wanting is not.
      return body.failure() instanceof BrokenBody broken
          ? () -> exchange.problem(broken.code(), broken.detail())
          : () -> exchange.problem(e);
    } catch (IOException e) {
      if (body.failure() instanceof BrokenBody broken) {
        return () -> exchange.problem(broken.code(), broken.detail());
      }
      LOG.atWarn()
          .addKeyValue("app", upload.app())
          .addKeyValue("release", upload.release())
          .setCause(e)
          .log("A release could not be received");
      return () -> exchange.problem(ErrorCode.HOST_FAULT, String.valueOf(e.getMessage()));
    } catch (InterruptedException _) {
      return () -> exchange.problem(ErrorCode.AGENT_STOPPING, "The agent stops.");
    } catch (RuntimeException e) {
      LOG.atError()
          .addKeyValue("app", upload.app())
          .addKeyValue("release", upload.release())
          .setCause(e)
          .log("A bug while a release was received");
      return () -> exchange.problem(ErrorCode.INTERNAL, "Receiving the release failed.");
    }
  }

  private static void location(Exchange exchange, Upload upload) {
    exchange.with("Location", "/v1/apps/" + upload.app() + "/releases/" + upload.release());
  }

  private StagedResource deploy(Exchange exchange, Upload upload, StagedResource staged)
      throws Rejected {
    try {
      String id =
          deploying.deploy(exchange, upload.app(), upload.release(), Control.Overrides.NONE);
      return new StagedResource(
          staged.app(),
          staged.release(),
          staged.state(),
          staged.created(),
          staged.files(),
          staged.newBytes(),
          staged.ms(),
          id);
    } catch (Rejected e) {
      throw new Rejected(
          e.code(), upload.release() + " is staged, but not deployed: " + e.detail(), e.entry());
    }
  }

  private static void requireType(@Nullable String header) throws Rejected {
    String type = header == null ? "" : header.split(";", 2)[0].strip().toLowerCase(Locale.ROOT);
    if (!TYPES.contains(type)) {
      throw new Rejected(
          ErrorCode.CONTENT_TYPE,
          "A bundle is sent as "
              + ApiClient.BUNDLE_TYPE
              + " (or application/x-tar, application/octet-stream), not as '"
              + type
              + "'.",
          "Content-Type");
    }
  }

  /** Ends every upload: the agent stops. */
  void stop() {
    open.forEach(body -> body.fail(new BrokenBody(ErrorCode.AGENT_STOPPING, "the agent stops")));
  }
}
