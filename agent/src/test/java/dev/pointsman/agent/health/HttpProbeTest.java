package dev.pointsman.agent.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class HttpProbeTest {
  private static final Duration LONG = Duration.ofSeconds(20);
  private static final Duration SHORT = Duration.ofMillis(200);

  @TempDir Path directory;
  private final CompletableFuture<String> asked = new CompletableFuture<>();
  private final CountDownLatch over = new CountDownLatch(1);
  private @Nullable ServerSocketChannel server;

  /** What the server of a test does with its one connection, after the request. */
  interface Answer {
    void give(SocketChannel to) throws IOException, InterruptedException;
  }

  @BeforeEach
  void listen() throws IOException {
    server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
    server.bind(UnixDomainSocketAddress.of(socket()), 1);
  }

  @AfterEach
  void close() throws IOException {
    over.countDown();
    server().close();
  }

  private ServerSocketChannel server() {
    return java.util.Objects.requireNonNull(server);
  }

  private Path socket() {
    return directory.resolve("app.sock");
  }

  private void answering(Answer answer) {
    Thread.ofVirtual()
        .start(() -> {
          try (SocketChannel connection = server().accept()) {
            ByteBuffer request = ByteBuffer.allocate(4096);
            StringBuilder text = new StringBuilder();
            while (text.indexOf("\r\n\r\n") < 0 && connection.read(request.clear()) >= 0) {
              text.append(ISO_8859_1.decode(request.flip()));
            }
            asked.complete(text.toString());
            answer.give(connection);
          } catch (IOException | InterruptedException e) {
            asked.completeExceptionally(e);
          }
        });
  }

  private static void send(SocketChannel to, String text) throws IOException {
    ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(ISO_8859_1));
    while (bytes.hasRemaining()) {
      to.write(bytes);
    }
  }

  private ProbeResult probed(String answer) throws Exception {
    answering(to -> send(to, answer));
    return HttpProbe.get(socket(), "/health", LONG);
  }

  /** Says {@code text} and keeps the connection open. */
  private ProbeResult probedWithoutEnd(String text, Duration timeout) throws Exception {
    answering(to -> {
      send(to, text);
      over.await();
    });
    return HttpProbe.get(socket(), "/health", timeout);
  }

  private static void failed(ProbeResult result, String answer) {
    assertThat(result.answer()).matches(answer);
    assertThat(result.passed()).isFalse();
  }

  @Test
  void asksOnceAndPolitely() throws Exception {
    ProbeResult result = probed("HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
    assertThat(result.passed()).isTrue();
    assertThat(result.answer()).matches("200 in \\d+ ms");
    assertThat(asked.get(20, TimeUnit.SECONDS))
        .startsWith("GET /health HTTP/1.1\r\nHost: localhost\r\n")
        .contains("\r\nConnection: close\r\n");
  }

  @Test
  void aRedirectIsWellEnough() throws Exception {
    assertThat(probed("HTTP/1.1 302 Found\r\nLocation: /login\r\n\r\n").passed()).isTrue();
  }

  @Test
  void notFoundIsNot() throws Exception {
    failed(probed("HTTP/1.1 404 Not Found\r\n\r\nno such page"), "404 in \\d+ ms: no such page");
  }

  @Test
  void showsWhyAWorkerIsNotWell() throws Exception {
    failed(
        probed("HTTP/1.1 503 Busy\r\nContent-Type: x\r\n\r\n{\"status\":\n\t\"starting\"}"),
        "503 in \\d+ ms: \\{\"status\": \"starting\"}");
  }

  @Test
  void informationIsNoAnswer() throws Exception {
    failed(probed("HTTP/1.1 103 Early Hints\r\n\r\n"), "103 in \\d+ ms");
  }

  @Test
  void garbageIsNoAnswer() throws Exception {
    failed(probed("SSH-2.0-OpenSSH_9.9\r\n"), "not an HTTP answer: SSH-2.0-OpenSSH_9.9");
    failed(
        HttpProbe.get(directory.resolve("none.sock"), "/", LONG),
        "connection failed: .*No such file.*");
  }

  @Test
  void closingAtOnceIsNoAnswer() throws Exception {
    failed(probed(""), "connection closed without an answer");
  }

  @Test
  void knowsTheEndOfAnAnswerByItsLength() throws Exception {
    assertThat(probedWithoutEnd("HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok", LONG).passed())
        .isTrue();
  }

  @Test
  void knowsTheEndOfAnAnswerInChunks() throws Exception {
    assertThat(
            probedWithoutEnd(
                    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nok\r\n0\r\n\r\n",
                    LONG)
                .passed())
        .isTrue();
  }

  @Test
  void readsNoMoreThanItNeedsOfAHugeBody() throws Exception {
    answering(to -> {
      send(to, "HTTP/1.1 200 OK\r\n\r\n");
      try {
        for (int i = 0; i < 10_000; i++) {
          send(to, "x".repeat(4096));
        }
      } catch (IOException e) {
        // The probe has hung up, as it may.
      }
    });
    assertThat(HttpProbe.get(socket(), "/", LONG).passed()).isTrue();
  }

  @Test
  void aStatusThatCameInTimeCountsThoughTheBodyDoesNotEnd() throws Exception {
    assertThat(probedWithoutEnd("HTTP/1.1 200 OK\r\n\r\nmore to", SHORT).passed()).isTrue();
  }

  @Test
  void saysWhatAFailingWorkerSaidThoughTheBodyDoesNotEnd() throws Exception {
    failed(probedWithoutEnd("HTTP/1.1 500 Oh\r\n\r\nbecause", SHORT), "500 in \\d+ ms: because");
  }

  @Test
  void doesNotWaitLongerThanItsTimeout() throws Exception {
    long start = System.nanoTime();
    failed(probedWithoutEnd("", SHORT), "no answer within 200 ms");
    assertThat(Duration.ofNanos(System.nanoTime() - start)).isBetween(SHORT, LONG);
  }

  @Test
  void aHeadThatTricklesIsNoAnswerInTime() throws Exception {
    failed(
        probedWithoutEnd("HTTP/1.1 200 OK\r\nX-Slow: ", SHORT),
        "no answer within 200 ms, only: HTTP/1.1 200 OK X-Slow:");
  }

  /** A worker that hangs accepts nothing: its queue is full one day, and connecting blocks, too. */
  @Test
  void doesNotWaitLongerThanItsTimeoutToConnect() throws Exception {
    List<SocketChannel> waiting = new ArrayList<>();
    try {
      for (int i = 0; i < 8; i++) {
        SocketChannel connection = SocketChannel.open(StandardProtocolFamily.UNIX);
        connection.configureBlocking(false);
        waiting.add(connection);
        connection.connect(UnixDomainSocketAddress.of(socket()));
      }
    } catch (IOException e) {
      // Full.
    }
    try {
      CompletableFuture<ProbeResult> result = new CompletableFuture<>();
      Thread.ofPlatform()
          .daemon()
          .start(() -> {
            try {
              result.complete(HttpProbe.get(socket(), "/", SHORT));
            } catch (InterruptedException e) {
              result.completeExceptionally(e);
            }
          });
      assertThat(result.get(20, TimeUnit.SECONDS).passed()).isFalse();
    } finally {
      for (SocketChannel connection : waiting) {
        connection.close();
      }
    }
  }

  @Test
  void anInterruptedCallerIsToldSo() throws Exception {
    CountDownLatch connected = new CountDownLatch(1);
    answering(to -> {
      connected.countDown();
      over.await();
    });
    CompletableFuture<ProbeResult> result = new CompletableFuture<>();
    Thread prober =
        Thread.ofVirtual()
            .start(() -> {
              try {
                result.complete(HttpProbe.get(socket(), "/", LONG));
              } catch (InterruptedException e) {
                result.completeExceptionally(e);
              }
            });
    assertThat(connected.await(20, TimeUnit.SECONDS)).isTrue();
    prober.interrupt();
    assertThatThrownBy(() -> result.get(20, TimeUnit.SECONDS))
        .isInstanceOf(ExecutionException.class)
        .hasCauseInstanceOf(InterruptedException.class);
  }
}
