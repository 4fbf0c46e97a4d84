package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Scope;
import dev.pointsman.agent.access.TokenLine;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import dev.pointsman.protocol.bundle.AppName;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.BooleanSupplier;

/** The API on a port of its own and on a unix socket, with a fake core behind it. */
final class RunningApi implements AutoCloseable {
  static final String ADMIN = TokenLine.newToken();
  static final String DEPLOYER = TokenLine.newToken();
  static final String READER = TokenLine.newToken();

  final FakeControl control = new FakeControl();
  final MetricsRegistry metrics = new MetricsRegistry();
  final AtomicBoolean ready = new AtomicBoolean(true);
  final Path socket;
  final Path tokens;
  final Vertx vertx = EventLoops.forAgent();
  final HttpApi api;
  private final HttpClient http = HttpClient.newHttpClient();

  RunningApi(Path directory) throws Exception {
    this(directory, HttpLimits.DEFAULT);
  }

  RunningApi(Path directory, HttpLimits limits) throws Exception {
    socket = directory.resolve("api.sock");
    tokens = directory.resolve("tokens");
    Set<AppName> web = Set.of(new AppName("web"));
    Files.write(
        tokens,
        List.of(
            "# who may do what",
            "",
            TokenLine.of("root", ADMIN, Scope.ADMIN, Set.of()).toString(),
            TokenLine.of("ci", DEPLOYER, Scope.DEPLOY, web).toString(),
            TokenLine.of("dashboard", READER, Scope.READ, web).toString()));
    HttpConfig config =
        new HttpConfig(socket, Optional.of(new Endpoint("127.0.0.1", 0)), Optional.of(tokens));
    api =
        HttpApi.start(vertx, config, new ApiSource(control, ready::get, metrics, "1.2.3"), limits);
  }

  URI uri(String path) {
    return URI.create("http://127.0.0.1:" + api.tcpPort() + path);
  }

  HttpRequest.Builder request(String path, String token) {
    return HttpRequest.newBuilder(uri(path))
        .timeout(Duration.ofSeconds(20))
        .header("Authorization", "Bearer " + token);
  }

  HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
    return http.send(request.build(), HttpResponse.BodyHandlers.ofString());
  }

  HttpResponse<String> get(String path, String token) throws IOException, InterruptedException {
    return send(request(path, token));
  }

  HttpResponse<String> post(String path, String token, String body, String... headers)
      throws IOException, InterruptedException {
    HttpRequest.Builder request =
        request(path, token)
            .header("Content-Type", "application/json")
            .POST(HttpRequest.BodyPublishers.ofString(body));
    if (headers.length > 0) {
      request.headers(headers);
    }
    return send(request);
  }

  Socket connect() throws IOException {
    Socket connection = new Socket("127.0.0.1", api.tcpPort());
    connection.setSoTimeout(20_000);
    return connection;
  }

  /** What curl did. */
  record Curl(int exit, String out, String err) {}

  /** Runs curl over the unix socket, with {@code input} as its standard input. */
  Curl curl(InputSource input, String... arguments) throws Exception {
    List<String> command =
        new ArrayList<>(List.of("curl", "-sS", "--max-time", "60", "--unix-socket"));
    command.add(socket.toString());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).start();
    Thread feeder =
        Thread.ofVirtual()
            .start(() -> {
              try (var to = process.getOutputStream()) {
                input.writeTo(to);
              } catch (IOException _) {
                // curl stopped reading: what it made of that is checked by the test.
              }
            });
    var errors = CompletableFuture.supplyAsync(() -> text(process.getErrorStream()));
    String out = text(process.getInputStream());
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      process.destroyForcibly();
      throw new AssertionError("curl did not end: " + out + errors.join());
    }
    feeder.join();
    return new Curl(process.exitValue(), out, errors.join());
  }

  /** What is sent. */
  interface InputSource {
    void writeTo(java.io.OutputStream to) throws IOException;
  }

  private static String text(InputStream stream) {
    try {
      return new String(stream.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      return "(" + e + ")";
    }
  }

  /** Waits for {@code condition}. */
  static void eventually(String what, BooleanSupplier condition) throws InterruptedException {
    long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() > deadline) {
        throw new AssertionError("did not happen within 15 s: " + what);
      }
      Thread.sleep(10);
    }
  }

  @Override
  public void close() throws IOException {
    http.close();
    api.close();
    vertx.close().toCompletionStage().toCompletableFuture().orTimeout(10, TimeUnit.SECONDS).join();
  }
}
