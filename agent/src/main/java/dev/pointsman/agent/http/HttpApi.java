package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Gate;
import dev.pointsman.agent.access.Refusals;
import dev.pointsman.agent.access.Tokens;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServer;
import io.vertx.core.http.HttpServerOptions;
import io.vertx.core.net.SocketAddress;
import io.vertx.ext.web.Router;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The API on its listeners: the unix socket, and loopback TCP where configured. Started and closed
 * by the thread that wires the agent.
 */
public final class HttpApi implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(HttpApi.class);
  private static final Duration PATIENCE = Duration.ofSeconds(10);
  private static final Duration GRACE = Duration.ofSeconds(2);
  private static final int HEADER_BYTES = 16 << 10;
  private static final int LINE_BYTES = 4 << 10;
  private static final int CHUNK_BYTES = 64 << 10;

  private final Vertx vertx;
  private final HttpLimits limits;
  private final Blocking blocking = new Blocking();
  private final Uploads uploads;
  private final Following following;
  private final Routes routes;
  private final List<Connections> connections = new ArrayList<>();
  private final List<HttpServer> servers = new ArrayList<>();
  private final UnixSocket socket;
  private int tcpPort = -1;

  private HttpApi(Vertx vertx, HttpConfig config, ApiSource source, HttpLimits limits) {
    this.vertx = vertx;
    this.limits = limits;
    this.socket = new UnixSocket(config.socket());
    Control control = source.control();
    InstantSource clock = InstantSource.system();
    Idempotency idempotency = new Idempotency(clock);
    Pulling pulling =
        new Pulling(vertx, control, blocking, source.pulls(), limits.longPoll(), idempotency);
    Deploying deploying = new Deploying(vertx, control, blocking, idempotency, pulling);
    Refusals refusals = new Refusals(limits.refusals(), System::nanoTime);
    Receiving receiving = new Receiving(vertx, blocking, limits, refusals);
    Sessions sessions = new Sessions(vertx, control, blocking, limits);
    this.uploads = new Uploads(control, receiving, deploying, sessions);
    Blobs blobs = new Blobs(vertx, control, blocking, receiving);
    this.following = new Following(vertx, control, limits);
    Reading reading = new Reading(vertx, control, blocking, limits, clock);
    this.routes =
        new Routes(
            vertx,
            limits,
            source,
            new Routes.Handlers(
                reading,
                uploads,
                sessions,
                blobs,
                deploying,
                pulling,
                following,
                new Logs(vertx, control, blocking, limits, clock),
                new Housekeeping(vertx, control, blocking),
                new Trusting(vertx, control, blocking),
                new AgentItself(vertx, source.agent(), blocking),
                refusals));
  }

  /**
   * Starts to answer.
   *
   * @throws IOException where a listener cannot be opened or the tokens cannot be read; nothing is
   *     left open then
   */
  public static HttpApi start(Vertx vertx, HttpConfig config, ApiSource source)
      throws IOException, InterruptedException {
    return start(vertx, config, source, HttpLimits.DEFAULT);
  }

  static HttpApi start(Vertx vertx, HttpConfig config, ApiSource source, HttpLimits limits)
      throws IOException, InterruptedException {
    HttpApi api = new HttpApi(vertx, config, source, limits);
    try {
      if (config.listen().isPresent()) {
        api.listen(config.listen().get(), config);
      }
      api.listen(config.socket());
    } catch (IOException | InterruptedException | RuntimeException e) {
      api.close();
      throw e;
    }
    AppMetrics.register(source.metrics(), source.control(), source.version());
    return api;
  }

  private void listen(Path path) throws IOException, InterruptedException {
    Path bound = socket.prepare();
    HttpServer server = server(Gate.ofSocket());
    await(
        server.listen(SocketAddress.domainSocketAddress(bound.toString())),
        "cannot listen at " + path);
    socket.publish();
    LOG.atInfo().addKeyValue("socket", path).log("The API answers");
  }

  private void listen(Endpoint endpoint, HttpConfig config)
      throws IOException, InterruptedException {
    InetAddress address = loopback(endpoint);
    Path file =
        config
            .tokens()
            .orElseThrow(() ->
                new IOException(
                    "http.listen needs http.tokens: whoever connects by TCP shows a token"));
    HttpServer server = server(new Tokens(file, System::nanoTime));
    await(
        server.listen(SocketAddress.inetSocketAddress(endpoint.port(), address.getHostAddress())),
        "cannot listen on " + endpoint);
    tcpPort = server.actualPort();
    LOG.atInfo().addKeyValue("listen", endpoint).log("The API answers");
  }

  private HttpServer server(Gate gate) {
    Connections open = new Connections(vertx, limits);
    connections.add(open);
    Router router = routes.router(gate, open);
    HttpServer server =
        vertx
            .createHttpServer(
                new HttpServerOptions()
                    .setHttp2ClearTextEnabled(false)
                    .setHandle100ContinueAutomatically(false)
                    .setMaxHeaderSize(HEADER_BYTES)
                    .setMaxInitialLineLength(LINE_BYTES)
                    .setMaxChunkSize(CHUNK_BYTES)
                    .setAcceptBacklog(128))
            .connectionHandler(open::opened)
            .requestHandler(router)
            .invalidRequestHandler(request -> InvalidRequests.answer(request, open))
            .exceptionHandler(e -> LOG.atDebug().setCause(e).log("A connection broke"));
    servers.add(server);
    return server;
  }

  private static InetAddress loopback(Endpoint endpoint) throws IOException {
    InetAddress address;
    try {
      address =
          endpoint.host().equals("localhost")
              ? InetAddress.ofLiteral("127.0.0.1")
              : InetAddress.ofLiteral(endpoint.host());
    } catch (IllegalArgumentException e) {
      throw new IOException("http.listen: '" + endpoint.host() + "' is not an IP address", e);
    }
    if (!address.isLoopbackAddress()) {
      throw new IOException(
          "http.listen: "
              + endpoint
              + " is not a loopback address, and tokens would cross the network in the clear: use"
              + " 127.0.0.1 and put a proxy with TLS in front");
    }
    return address;
  }

  private static <T> T await(Future<T> future, String otherwise)
      throws IOException, InterruptedException {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    } catch (ExecutionException e) {
      throw new IOException(otherwise + ": " + e.getCause(), e);
    } catch (TimeoutException e) {
      throw new IOException(otherwise + ": nothing happened for " + PATIENCE, e);
    }
  }

  /** The port of the TCP listener, or -1 without one. */
  public int tcpPort() {
    return tcpPort;
  }

  /** Connections that are open. */
  int connections() {
    return connections.stream().mapToInt(Connections::count).sum();
  }

  /** Requests that wait for the core. */
  int waiting() {
    return blocking.count();
  }

  /** Event streams that are open. */
  int followers() {
    return following.count();
  }

  /** Stops: uploads are refused, streams end, answers that are ready still go out. */
  @Override
  public void close() throws IOException {
    uploads.stop();
    following.stop();
    IOException failure = null;
    try {
      blocking.close();
      for (HttpServer server : servers) {
        Future<Void> closed = server.shutdown(GRACE);
        long timer = vertx.setTimer(GRACE.toMillis(), _ -> connections.forEach(Connections::abort));
        await(closed, "cannot close the API");
        vertx.cancelTimer(timer);
      }
      socket.remove();
    } catch (IOException e) {
      failure = e;
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
    connections.forEach(Connections::close);
    if (failure != null) {
      throw failure;
    }
  }
}
