package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.client.ApiClient;
import dev.pointsman.agent.client.Target;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ListenersTest {
  @TempDir Path directory;
  private final Vertx vertx = EventLoops.forAgent();
  private final List<HttpApi> started = new ArrayList<>();

  @AfterEach
  void stop() throws Exception {
    for (HttpApi api : started) {
      api.close();
    }
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private HttpApi start(HttpConfig config, HttpLimits limits) throws Exception {
    ApiSource source = new ApiSource(new FakeControl(), () -> true, new MetricsRegistry(), "1");
    HttpApi api = HttpApi.start(vertx, config, source, limits);
    started.add(api);
    return api;
  }

  private HttpApi start(Path socket) throws Exception {
    return start(new HttpConfig(socket, Optional.empty(), Optional.empty()), HttpLimits.DEFAULT);
  }

  private HttpApi start(Endpoint endpoint, Path tokens) throws Exception {
    return start(endpoint, tokens, HttpLimits.DEFAULT);
  }

  private HttpApi start(Endpoint endpoint, Path tokens, HttpLimits limits) throws Exception {
    Path socket = directory.resolve("tcp.sock");
    return start(
        new HttpConfig(socket, Optional.of(endpoint), Optional.ofNullable(tokens)), limits);
  }

  private static int appsSeenAt(Path socket) throws Exception {
    try (ApiClient client = ApiClient.connect(new Target.Socket(socket))) {
      return client.apps().value().size();
    }
  }

  @Test
  void openTheSocketForItsOwnerAndGroupOnly() throws Exception {
    Path socket = directory.resolve("run/api.sock");
    start(socket);

    assertThat(appsSeenAt(socket)).isEqualTo(2);
    assertThat(Files.getPosixFilePermissions(socket))
        .isEqualTo(PosixFilePermissions.fromString("rw-rw----"));
    try (var files = Files.list(socket.getParent())) {
      assertThat(files).as("nothing else is left").containsExactly(socket);
    }
  }

  @Test
  void removeTheSocketInTheEnd() throws Exception {
    Path socket = directory.resolve("api.sock");
    start(socket).close();

    assertThat(socket).doesNotExist();
  }

  @Test
  void replaceWhatADeadAgentLeft() throws Exception {
    Path socket = directory.resolve("api.sock");
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(socket));
    }
    Files.createDirectory(directory.resolve(".new"));
    try (ServerSocketChannel dead = ServerSocketChannel.open(StandardProtocolFamily.UNIX)) {
      dead.bind(UnixDomainSocketAddress.of(directory.resolve(".new/s")));
    }

    start(socket);

    assertThat(appsSeenAt(socket)).isEqualTo(2);
  }

  @Test
  void leaveALivingAgentAlone() throws Exception {
    Path socket = directory.resolve("api.sock");
    start(socket);

    assertThatThrownBy(() -> start(socket))
        .isInstanceOf(IOException.class)
        .hasMessage("another agent answers at " + socket + "; stop it first");
    assertThat(appsSeenAt(socket)).isEqualTo(2);
  }

  @Test
  void leaveTheSocketOfASuccessorAlone() throws Exception {
    Path socket = directory.resolve("api.sock");
    HttpApi old = start(socket);
    Files.delete(socket);
    try (RunningApi successor = new RunningApi(directory)) {
      old.close();

      assertThat(appsSeenAt(successor.socket)).isEqualTo(2);
    }
  }

  @Test
  void doNotRemoveAFileThatIsNoSocket() throws Exception {
    Path socket = Files.writeString(directory.resolve("api.sock"), "precious");

    assertThatThrownBy(() -> start(socket))
        .isInstanceOf(IOException.class)
        .hasMessage(socket + " is in the way: it is no socket; move it away");
    assertThat(socket).hasContent("precious");
  }

  @Test
  void sayThatAPathIsTooLongForASocket() {
    Path socket = directory.resolve("x".repeat(110)).resolve("api.sock");

    assertThatThrownBy(() -> start(socket))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("at most 106 are possible")
        .hasMessageContaining(socket.toString());
  }

  @Test
  void useTheLongestPathThatTheSystemAllows() throws Exception {
    int room = UnixSocket.LONGEST - directory.toString().length() - 1 - "/api.sock".length();
    Path socket = directory.resolve("x".repeat(room)).resolve("api.sock");
    assertThat(socket.toString()).hasSize(UnixSocket.LONGEST);

    start(socket);

    assertThat(appsSeenAt(socket)).isEqualTo(2);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "192.0.2.1", "::", "2001:db8::1"})
  void refuseToListenForTheNetwork(String host) throws Exception {
    Path tokens = Files.writeString(directory.resolve("tokens"), "");

    assertThatThrownBy(() -> start(new Endpoint(host, 0), tokens))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("is not a loopback address");
  }

  @Test
  void refuseAnAddressThatIsAName() throws Exception {
    Path tokens = Files.writeString(directory.resolve("tokens"), "");

    assertThatThrownBy(() -> start(new Endpoint("example.org", 0), tokens))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("'example.org' is not an IP address");
  }

  @Test
  void refuseTcpWithoutTokens() {
    assertThatThrownBy(() -> start(new Endpoint("127.0.0.1", 0), null))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("http.tokens");
  }

  @Test
  void sayThatAPortIsTaken() throws Exception {
    Path tokens = Files.writeString(directory.resolve("tokens"), "");
    try (ServerSocket taken = new ServerSocket(0, 1, java.net.InetAddress.getByName("127.0.0.1"))) {
      Endpoint endpoint = new Endpoint("127.0.0.1", taken.getLocalPort());

      assertThatThrownBy(() -> start(endpoint, tokens))
          .isInstanceOf(IOException.class)
          .hasMessageContaining("cannot listen on " + endpoint)
          .hasMessageContaining("in use");
    }
    assertThat(Files.exists(directory.resolve("tcp.sock"), LinkOption.NOFOLLOW_LINKS)).isFalse();
  }

  private static HttpLimits limits(int connections, Duration idle, Duration request) {
    HttpLimits d = HttpLimits.DEFAULT;
    return new HttpLimits(
        connections,
        d.followers(),
        idle,
        idle,
        request,
        d.upload(),
        d.pace(),
        d.small(),
        d.drain(),
        d.linger(),
        d.longPoll(),
        d.heartbeat(),
        d.queue(),
        d.refusals());
  }

  @Test
  void turnAwayMoreConnectionsThanTheyMayHave() throws Exception {
    Path tokens = Files.writeString(directory.resolve("tokens"), "");
    Duration minute = Duration.ofMinutes(1);
    int port = start(new Endpoint("127.0.0.1", 0), tokens, limits(2, minute, minute)).tcpPort();
    try (Socket one = healthy(port)) {
      try (Socket two = healthy(port);
          Socket three = new Socket("127.0.0.1", port)) {
        three.setSoTimeout(10_000);
        assertThat(three.getInputStream().read()).as("closed at once").isEqualTo(-1);
        assertThat(two.isConnected()).isTrue();
      }
      RunningApi.eventually(
          "there is room again",
          () -> {
            try (Socket four = healthy(port)) {
              return four.isConnected();
            } catch (IOException | AssertionError _) {
              return false;
            }
          });
      assertThat(one.isConnected()).isTrue();
    }
  }

  private static Socket healthy(int port) throws IOException {
    Socket connection = new Socket("127.0.0.1", port);
    connection.setSoTimeout(10_000);
    connection
        .getOutputStream()
        .write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
    String answer =
        new String(connection.getInputStream().readNBytes(12), StandardCharsets.US_ASCII);
    assertThat(answer).isEqualTo("HTTP/1.1 200");
    return connection;
  }

  @Test
  void closeAConnectionThatAsksForNothing() throws Exception {
    Path tokens = Files.writeString(directory.resolve("tokens"), "");
    int port =
        start(
                new Endpoint("127.0.0.1", 0),
                tokens,
                limits(9, Duration.ofMillis(300), Duration.ofMinutes(1)))
            .tcpPort();
    try (Socket silent = new Socket("127.0.0.1", port);
        Socket dripping = new Socket("127.0.0.1", port);
        Socket kept = healthy(port)) {
      silent.setSoTimeout(10_000);
      dripping.setSoTimeout(10_000);
      dripping.getOutputStream().write("GET /he".getBytes(StandardCharsets.US_ASCII));

      assertThat(silent.getInputStream().read()).isEqualTo(-1);
      assertThat(UploadsTest.read(dripping.getInputStream())).contains("408", "http.slow");
      assertThat(new String(kept.getInputStream().readAllBytes(), StandardCharsets.US_ASCII))
          .as("the rest of its answer, then the end")
          .contains("alive");
    }
  }

  @Test
  void answerOnTheSocketAfterManyConnections() throws Exception {
    Path socket = directory.resolve("api.sock");
    start(socket);
    for (int i = 0; i < 300; i++) {
      try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        assertThat(channel.isConnected()).isTrue();
      }
    }

    // Those that have gone count until the event loop has seen their end.
    RunningApi.eventually(
        "the API answers",
        () -> {
          try {
            return appsSeenAt(socket) == 2;
          } catch (IOException _) {
            return false;
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
  }
}
