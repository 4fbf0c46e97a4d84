package dev.pointsman.agent.client;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.http.EventLoops;
import dev.pointsman.agent.http.Pace;
import dev.pointsman.agent.pull.Origin;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Servers that keep their answer, or never end its beginning. */
class HttpFetcherTest {
  /** More than the client has connections for one server. */
  private static final int ROUNDS = 7;

  private final Vertx vertx = EventLoops.forAgent();
  private final List<Socket> accepted = new ArrayList<>();
  private ServerSocket server;
  private HttpFetcher fetcher;

  @BeforeEach
  void start() throws Exception {
    server = new ServerSocket(0, 16, InetAddress.getLoopbackAddress());
    server.setSoTimeout(10_000);
    fetcher = new HttpFetcher(vertx, Optional.empty(), Pace.Rule.DEFAULT, Duration.ofMillis(300));
  }

  @AfterEach
  void stop() throws Exception {
    fetcher.close();
    for (Socket socket : accepted) {
      socket.close();
    }
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  private void get() throws Exception {
    InetAddress loopback = InetAddress.getLoopbackAddress();
    Origin origin = Origin.parse("http://127.0.0.1:" + server.getLocalPort() + "/bundle");
    fetcher.get(origin, loopback, Map.of());
  }

  private Socket accept() throws IOException {
    Socket socket = server.accept();
    socket.setSoTimeout(10_000);
    accepted.add(socket);
    return socket;
  }

  @Test
  void doNotKeepTheConnection() throws Exception {
    for (int round = 0; round < ROUNDS; round++) {
      assertThatThrownBy(this::get).hasMessage("did not answer within 300 ms");
      InputStream request = accept().getInputStream();
      assertThat(new String(request.readAllBytes(), StandardCharsets.US_ASCII))
          .as("read to its end, which is when the agent closes")
          .startsWith("GET /bundle HTTP/1.1");
    }
  }

  @Test
  void doNotKeepItByInterimAnswersEither() throws Exception {
    Thread drip =
        Thread.ofVirtual()
            .start(() -> {
              byte[] interim =
                  "HTTP/1.1 103 Early Hints\r\n\r\n".getBytes(StandardCharsets.US_ASCII);
              try (Socket socket = accept()) {
                while (true) {
                  socket.getOutputStream().write(interim);
                  Thread.sleep(5);
                }
              } catch (IOException | InterruptedException _) {
                // The agent has closed.
              }
            });
    assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    assertThat(drip.join(Duration.ofSeconds(10))).as("the agent closes").isTrue();
  }

  @Test
  void haveAHeadOfBoundedSize() throws Exception {
    Thread endless =
        Thread.ofVirtual()
            .start(() -> {
              byte[] line =
                  ("X: " + "x".repeat(1_000) + "\r\n").getBytes(StandardCharsets.US_ASCII);
              try (Socket socket = accept()) {
                socket
                    .getOutputStream()
                    .write("HTTP/1.1 200 OK\r\n".getBytes(StandardCharsets.US_ASCII));
                while (true) {
                  socket.getOutputStream().write(line);
                }
              } catch (IOException _) {
                // The agent has closed.
              }
            });
    assertThatThrownBy(this::get).isInstanceOf(IOException.class);
    assertThat(endless.join(Duration.ofSeconds(10))).as("the agent closes").isTrue();
  }
}
