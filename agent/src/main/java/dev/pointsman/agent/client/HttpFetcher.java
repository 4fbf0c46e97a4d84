package dev.pointsman.agent.client;

import dev.pointsman.agent.http.BodyStream;
import dev.pointsman.agent.http.Pace;
import dev.pointsman.agent.pull.Fetcher;
import dev.pointsman.agent.pull.Origin;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.SocketAddress;
import java.io.FilterInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * Fetches over HTTP/1.1 with the agent's event loops: one connection for each request, to the
 * address that was checked; the certificate is held against the name. Virtual threads may call.
 */
public final class HttpFetcher implements Fetcher, AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(10);
  private static final Duration ANSWER = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final HttpClient http;
  private final Pace.Rule pace;
  private final Duration answer;

  /** {@code ca}: the certificates to trust, else Java's own. */
  public HttpFetcher(Vertx vertx, Optional<Path> ca) {
    this(vertx, ca, Pace.Rule.DEFAULT, ANSWER);
  }

  public HttpFetcher(Vertx vertx, Optional<Path> ca, Pace.Rule pace, Duration answer) {
    this.vertx = vertx;
    this.pace = pace;
    this.answer = answer;
    HttpClientOptions options =
        new HttpClientOptions()
            .setConnectTimeout((int) CONNECT.toMillis())
            .setKeepAlive(false)
            .setVerifyHost(true)
            .setMaxHeaderSize(16 << 10);
    ca.ifPresent(
        file -> options.setTrustOptions(new PemTrustOptions().addCertPath(file.toString())));
    this.http = vertx.createHttpClient(options);
  }

  @Override
  public Fetched get(Origin origin, InetAddress address, Map<String, String> headers)
      throws IOException, InterruptedException {
    RequestOptions options =
        new RequestOptions()
            .setMethod(HttpMethod.GET)
            .setURI(origin.target())
            .setHost(origin.host())
            .setPort(origin.port())
            .setSsl(origin.tls())
            .setFollowRedirects(false)
            .setServer(SocketAddress.inetSocketAddress(origin.port(), address.getHostAddress()));
    headers.forEach(options::putHeader);
    options.putHeader("User-Agent", "pointsman");
    Future<HttpClientRequest> begun = http.request(options);
    try {
      return await(begun.compose(this::answer));
    } catch (IOException | InterruptedException e) {
      // Nobody waits any more: a server that never answers must not keep its connection.
      begun.onSuccess(request -> request.connection().close());
      throw e;
    }
  }

  private Future<Fetched> answer(HttpClientRequest request) {
    request.exceptionHandler(_ -> {}); // Told by the answer.
    return request.send().map(response -> fetched(request, response));
  }

  private Fetched fetched(HttpClientRequest request, HttpClientResponse response) {
    response.pause();
    Context context = vertx.getOrCreateContext();
    BodyStream body = new BodyStream(context, response, new Pace(pace, System::nanoTime), () -> {});
    response.exceptionHandler(e -> body.fail(new IOException("the connection broke", e)));
    return new Fetched(
        response.statusCode(),
        response::getHeader,
        new FilterInputStream(body) {
          @Override
          public void close() throws IOException {
            super.close();
            request.connection().close();
          }
        });
  }

  private <T> T await(Future<T> future) throws IOException, InterruptedException {
    try {
      return future
          .toCompletionStage()
          .toCompletableFuture()
          .get(answer.toMillis(), TimeUnit.MILLISECONDS);
    } catch (ExecutionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      Optional<Fetcher.Untrusted> untrusted = TlsFault.of(cause);
      if (untrusted.isPresent()) {
        throw untrusted.get();
      }
      throw new IOException("cannot be reached: " + cause.getMessage(), cause);
    } catch (TimeoutException e) {
      throw new IOException("did not answer within " + answer.toMillis() + " ms", e);
    }
  }

  @Override
  public void close() {
    http.close();
  }
}
