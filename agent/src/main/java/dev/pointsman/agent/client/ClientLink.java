package dev.pointsman.agent.client;

import dev.pointsman.agent.http.BodyStream;
import dev.pointsman.agent.http.EventLoops;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClient;
import io.vertx.core.http.HttpClientOptions;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The command line's side of a connection: plain blocking calls of one thread over one event loop.
 */
final class ClientLink implements AutoCloseable {
  private static final Duration CONNECT = Duration.ofSeconds(5);
  private static final Duration CONTINUE = Duration.ofSeconds(10);
  private static final Duration LAST_WORDS = Duration.ofSeconds(2);
  private static final Duration STALLED = Duration.ofSeconds(90);
  private static final int CHUNK = 128 << 10;

  private final Target target;
  private final Vertx vertx;
  private final Context loop;
  private final HttpClient http;

  /** What came back. */
  record Reply(
      int status,
      String reason,
      @Nullable String type,
      String text,
      Function<String, @Nullable String> header) {}

  ClientLink(Target target) {
    this.target = target;
    this.vertx = EventLoops.forCommand();
    this.loop = vertx.getOrCreateContext();
    this.http =
        vertx.createHttpClient(
            new HttpClientOptions()
                .setConnectTimeout((int) CONNECT.toMillis())
                .setMaxHeaderSize(16 << 10));
  }

  /** One request with a small body or none. */
  Reply call(
      HttpMethod method,
      String uri,
      Map<String, String> headers,
      @Nullable String body,
      Duration patience)
      throws IOException, InterruptedException {
    HttpClientRequest request = open(method, uri, headers);
    Future<Reply> reply =
        request.response().compose(response -> Collecting.answer(request, response));
    if (body == null) {
      request.end();
    } else {
      request.putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
      request.end(body);
    }
    return await(reply, patience, "did not answer");
  }

  /** A request whose answer is read as it comes, or the whole answer where it is no success. */
  Streamed stream(String uri, Map<String, String> headers)
      throws IOException, InterruptedException {
    HttpClientRequest request = open(HttpMethod.GET, uri, headers);
    Future<Streamed> answer =
        request
            .response()
            .compose(response -> {
              if (response.statusCode() != 200) {
                return Collecting.answer(request, response).map(Streamed::refused);
              }
              response.pause();
              Context context = vertx.getOrCreateContext();
              BodyStream body = new BodyStream(context, response, null, () -> {});
              response.exceptionHandler(
                  e -> body.fail(new IOException("the connection to " + target + " broke", e)));
              return Future.succeededFuture(new Streamed(null, body));
            });
    request.end();
    return await(answer, STALLED, "did not answer");
  }

  /** A stream, or a refusal; one of them. */
  record Streamed(@Nullable Reply refusal, @Nullable BodyStream body) {
    static Streamed refused(Reply reply) {
      return new Streamed(reply, null);
    }
  }

  /**
   * Sends {@code body} as fast as the agent takes it; stops as soon as the agent has answered.
   *
   * @param patience for the answer after the last byte
   * @param missing takes the text of an answer 202, which is as long as the list of a release
   */
  Reply upload(
      String uri,
      Map<String, String> headers,
      UploadBody body,
      Duration patience,
      MissingLines missing)
      throws IOException, InterruptedException {
    try (InputStream bytes = body.open()) {
      HttpClientRequest request = open(HttpMethod.PUT, uri, headers);
      request.putHeader(HttpHeaders.EXPECT, "100-continue");
      OptionalLong length = body.length();
      if (length.isPresent()) {
        request.putHeader(HttpHeaders.CONTENT_LENGTH, Long.toString(length.getAsLong()));
      } else {
        request.setChunked(true);
      }
      CompletableFuture<Void> mayBegin = new CompletableFuture<>();
      request.continueHandler(_ -> mayBegin.complete(null));
      CompletableFuture<Reply> reply =
          request
              .response()
              .compose(response -> Collecting.answer(request, response, missing))
              .toCompletionStage()
              .toCompletableFuture();
      var _ = reply.whenComplete((_, _) -> mayBegin.complete(null));
      var _ = onLoop(request::writeHead);
      mayBegin.completeOnTimeout(null, CONTINUE.toMillis(), TimeUnit.MILLISECONDS).join();
      boolean whole = send(request, bytes, length, reply);
      Reply answer = await(reply, whole ? patience : LAST_WORDS, "did not answer the upload");
      if (!whole) {
        request.connection().close();
      }
      return answer;
    }
  }

  /** Whether everything was sent; false where an answer or the end of the connection came first. */
  private boolean send(
      HttpClientRequest request,
      InputStream bytes,
      OptionalLong length,
      CompletableFuture<Reply> reply)
      throws IOException, InterruptedException {
    byte[] chunk = new byte[CHUNK];
    long sent = 0;
    CompletableFuture<Void> previous = CompletableFuture.completedFuture(null);
    while (!reply.isDone()) {
      int count = bytes.readNBytes(chunk, 0, chunk.length);
      sent += count;
      if (length.isPresent()
          && (count == 0 ? sent < length.getAsLong() : sent > length.getAsLong())) {
        request.connection().close();
        throw new IOException(
            "the bundle changed its size while it was sent: "
                + (count == 0 ? "ended after " + sent : "at least " + sent)
                + " of "
                + length.getAsLong()
                + " bytes");
      }
      if (!taken(previous, reply)) {
        return false;
      }
      if (count == 0) {
        return taken(onLoop(request::end), reply);
      }
      Buffer part = Buffer.buffer(Arrays.copyOf(chunk, count));
      previous = onLoop(() -> request.write(part));
    }
    return false;
  }

  /** Waits until {@code write} is done; false where it failed or the answer came first. */
  private boolean taken(CompletableFuture<Void> write, CompletableFuture<Reply> reply)
      throws IOException, InterruptedException {
    try {
      CompletableFuture.anyOf(write, reply).get(STALLED.toSeconds(), TimeUnit.SECONDS);
      return write.isDone() && !write.isCompletedExceptionally();
    } catch (ExecutionException _) {
      return false; // What the agent said last, or why the connection broke, is told by the reply.
    } catch (TimeoutException e) {
      throw new IOException(
          "the agent at " + target + " took nothing more for " + STALLED.toSeconds() + " s", e);
    }
  }

  /**
   * Writes on the event loop. Vert.x lets any thread write, but may then touch the connection on
   * that thread, at the very moment in which it is being closed.
   */
  private CompletableFuture<Void> onLoop(Supplier<Future<Void>> write) {
    CompletableFuture<Void> written = new CompletableFuture<>();
    loop.runOnContext(_ ->
        write.get().onComplete(_ -> written.complete(null), e -> written.completeExceptionally(e)));
    return written;
  }

  private HttpClientRequest open(HttpMethod method, String uri, Map<String, String> headers)
      throws IOException, InterruptedException {
    RequestOptions options = new RequestOptions().setMethod(method).setURI(uri);
    switch (target) {
      case Target.Socket(Path path) ->
          options
              .setHost("localhost")
              .setPort(80)
              .setServer(SocketAddress.domainSocketAddress(path.toString()));
      case Target.Url url -> {
        // Resolved by the JDK: Vert.x would start a resolver of its own.
        InetAddress address = InetAddress.getByName(url.base().getHost());
        options
            .setHost(url.base().getHost())
            .setPort(url.port())
            .setSsl(url.tls())
            .setServer(SocketAddress.inetSocketAddress(url.port(), address.getHostAddress()));
        url.token()
            .ifPresent(token -> options.putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + token));
      }
    }
    headers.forEach(options::putHeader);
    HttpClientRequest request =
        await(http.request(options), CONNECT.plusSeconds(1), "did not accept a connection");
    // Whoever waits for the answer is told too; without a handler Vert.x would log it.
    return request.exceptionHandler(_ -> {});
  }

  private <T> T await(Future<T> future, Duration patience, String otherwise)
      throws IOException, InterruptedException {
    return await(future.toCompletionStage().toCompletableFuture(), patience, otherwise);
  }

  private <T> T await(CompletableFuture<T> future, Duration patience, String otherwise)
      throws IOException, InterruptedException {
    try {
      return future.get(patience.toMillis(), TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      throw new IOException(
          "the agent at " + target + " " + otherwise + " within " + patience.toSeconds() + " s", e);
    } catch (ExecutionException e) {
      throw ClientFault.of(target, e.getCause() == null ? e : e.getCause());
    }
  }

  @Override
  public void close() {
    http.close();
    vertx.close();
  }
}
