package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.access.Refusals;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.OutputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Requests that two readers could take for different ones, byte by byte over a socket. */
class FramingTest {
  private static final String HEAD =
      "PUT /v1/apps/web/releases/r43 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
          + RunningApi.DEPLOYER
          + "\r\nContent-Type: application/x-tar\r\n";

  @TempDir Path directory;
  private RunningApi running;

  @BeforeEach
  void start() throws Exception {
    HttpLimits d = HttpLimits.DEFAULT;
    running =
        new RunningApi(
            directory,
            new HttpLimits(
                d.connections(),
                d.followers(),
                d.idle(),
                Duration.ofMillis(500),
                d.request(),
                d.upload(),
                d.pace(),
                d.small(),
                d.drain(),
                Duration.ofSeconds(1),
                d.longPoll(),
                d.heartbeat(),
                d.queue(),
                new Refusals.Rule(5, 1, 16)));
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  /** What is answered until the connection is closed. */
  private String exchange(String raw) throws IOException {
    try (Socket connection = running.connect()) {
      connection.getOutputStream().write(raw.getBytes(StandardCharsets.ISO_8859_1));
      connection.getOutputStream().flush();
      String answer = UploadsTest.read(connection.getInputStream());
      assertThat(answer).as("the connection is closed by the agent").doesNotContain("timed out");
      return answer;
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello!",
        "Content-Length: 5, 5\r\n\r\nhello",
        "Content-Length: -5\r\n\r\nhello",
        "Content-Length: +5\r\n\r\nhello",
        "Content-Length: 0x5\r\n\r\nhello",
        "Content-Length: 99999999999999999999\r\n\r\nhello",
        "Transfer-Encoding: gzip, chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked, identity\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: xchunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding : chunked\r\n\r\n5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nzz\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\r\nhelloXX\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n-5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n0x5\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\nhello\r\n0\r\n\r\n",
        "Transfer-Encoding: chunked\r\n\r\n5\nhello\n0\n\n"
      })
  void areRefused(String rest) throws Exception {
    String answer = exchange(HEAD + rest);

    assertThat(answer).startsWith("HTTP/1.1 400").contains("connection: close");
    assertThat(answer.split("HTTP/1\\.[01] [1-5]", -1)).as("one answer: %s", answer).hasSize(2);
    assertThat(answer).contains("http.framing");
  }

  @Test
  void withMoreBytesThanTheyAnnouncedEndTheConnection() throws Exception {
    String answer = exchange(HEAD + "Content-Length: 3\r\n\r\nhello GET / HTTP/1.1\r\n\r\n");

    assertThat(answer).startsWith("HTTP/1.1 201").contains("\"newBytes\":3");
    assertThat(answer.substring(answer.indexOf("}HTTP")))
        .contains("400", "http.length", "What came after the end of the body before");
  }

  @Test
  void withFewerBytesThanTheyAnnouncedAreNotStaged() throws Exception {
    AtomicInteger staged = new AtomicInteger();
    AtomicInteger broken = new AtomicInteger();
    running.control.reception =
        (app, release, body) -> {
          try {
            long count = FakeControl.drain(body);
            staged.incrementAndGet();
            return FakeControl.staged(app, release, count);
          } catch (IOException e) {
            broken.incrementAndGet();
            throw e;
          }
        };
    try (Socket connection = running.connect()) {
      connection
          .getOutputStream()
          .write((HEAD + "Content-Length: 9\r\n\r\nhello").getBytes(StandardCharsets.US_ASCII));
      connection.shutdownOutput();
      UploadsTest.read(connection.getInputStream());
    }

    RunningApi.eventually("the upload ends", () -> broken.get() == 1);
    assertThat(staged.get()).isZero();
  }

  @Test
  void withAHeadThatDripsAreEnded() throws Exception {
    try (Socket connection = running.connect()) {
      OutputStream out = connection.getOutputStream();
      long began = System.nanoTime();
      try {
        for (byte b :
            "GET /healthz HTTP/1.1\r\nHost: x\r\nX-Y: zzzzzzzzzzzzzzzz".getBytes(US_ASCII)) {
          out.write(b);
          out.flush();
          Thread.sleep(40);
        }
      } catch (IOException _) {
        // Closed by the agent, which is what is checked.
      }
      String answer = UploadsTest.read(connection.getInputStream());

      assertThat(Duration.ofNanos(System.nanoTime() - began)).isLessThan(Duration.ofSeconds(15));
      assertThat(answer).startsWith("HTTP/1.1 408").contains("http.slow", "not complete after 500");
    }
    RunningApi.eventually("its connection is gone", () -> running.api.connections() == 0);
  }

  private static final java.nio.charset.Charset US_ASCII = StandardCharsets.US_ASCII;

  @Test
  void thatAreKeptAliveMayWaitLongerThanAHeadMayTake() throws Exception {
    try (Socket connection = running.connect()) {
      for (int i = 0; i < 2; i++) {
        connection
            .getOutputStream()
            .write("GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n".getBytes(US_ASCII));
        byte[] answer = connection.getInputStream().readNBytes(15);
        assertThat(new String(answer, US_ASCII)).isEqualTo("HTTP/1.1 200 OK");
        long left = connection.getInputStream().available();
        Thread.sleep(900); // Longer than a head may take, shorter than a connection may idle.
        connection
            .getInputStream()
            .skipNBytes(Math.max(left, connection.getInputStream().available()));
      }
    }
  }

  @ParameterizedTest
  @CsvSource({
    "nobody, /v1/apps/web/releases/r43, 401, auth.invalid",
    "reader, /v1/apps/web/releases/r43, 403, auth.scope",
    "deployer, /v1/apps/api/releases/r43, 403, auth.scope",
    "nobody, /v1/apps/web/releases/r43/pack, 401, auth.invalid",
    "reader, /v1/apps/web/releases/r43/pack, 403, auth.scope"
  })
  void withoutTheRightToSendAreReadNoFurther(String who, String path, int status, String code)
      throws Exception {
    String token =
        switch (who) {
          case "reader" -> RunningApi.READER;
          case "deployer" -> RunningApi.DEPLOYER;
          default -> "x".repeat(43);
        };
    AtomicLong read = new AtomicLong();
    running.control.reception =
        (app, release, body) -> {
          read.addAndGet(FakeControl.drain(body));
          return FakeControl.staged(app, release, 0);
        };
    long taken = 0;
    String answer;
    try (Socket connection = running.connect()) {
      connection.setSendBufferSize(16 << 10);
      OutputStream out = connection.getOutputStream();
      out.write(
          ("PUT "
                  + path
                  + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
                  + token
                  + "\r\nContent-Type: application/x-tar\r\nContent-Length: 1000000000\r\n\r\n")
              .getBytes(US_ASCII));
      byte[] chunk = new byte[64 << 10];
      try {
        while (taken < 1_000_000_000L) {
          out.write(chunk);
          taken += chunk.length;
        }
      } catch (IOException _) {
        // Closed by the agent.
      }
      answer = UploadsTest.read(connection.getInputStream());
    }
    assertThat(read.get()).isZero();
    // 64 KiB, and what the kernels of both sides hold.
    assertThat(taken).isLessThan(12L << 20);
    if (!answer.startsWith("(")) {
      assertThat(answer).startsWith("HTTP/1.1 " + status).contains(code);
    }
  }

  @Test
  void thatAreRefusedAgainAndAgainHaveToWait() throws Exception {
    running.control.reception =
        (app, release, body) -> {
          throw new Rejected(ErrorCode.SIG_BAD, "no");
        };
    String put = HEAD + "Content-Length: 1\r\nConnection: close\r\n\r\nx";
    for (int i = 0; i < 5; i++) {
      assertThat(exchange(put)).startsWith("HTTP/1.1 403").contains("sig.bad");
    }

    assertThat(exchange(put)).startsWith("HTTP/1.1 429").contains("limit.rate", "Retry-After: ");
    String stranger =
        "GET /v1/apps HTTP/1.1\r\nHost: x\r\nConnection: close\r\nAuthorization: Bearer y\r\n\r\n";
    for (int i = 0; i < 5; i++) {
      assertThat(exchange(stranger)).startsWith("HTTP/1.1 401");
    }
    assertThat(exchange(stranger)).startsWith("HTTP/1.1 429").contains("limit.rate");
    assertThat(running.get("/v1/apps", RunningApi.ADMIN).statusCode()).isEqualTo(200);
  }
}
