package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.BundleReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UploadsTest {
  private static final String PUT = "http://localhost/v1/apps/web/releases/r43";
  private static final String TYPE = "Content-Type: " + BundleReader.MEDIA_TYPE;

  @TempDir Path directory;
  private RunningApi running;

  @BeforeEach
  void start() throws Exception {
    running = new RunningApi(directory);
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  private static void zeros(OutputStream to, long count) throws IOException {
    byte[] chunk = new byte[1 << 20];
    for (long left = count; left > 0; left -= chunk.length) {
      to.write(chunk, 0, (int) Math.min(left, chunk.length));
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {BundleReader.MEDIA_TYPE, "application/x-tar", "Application/Octet-Stream; x=y"})
  void takesABundle(String type) throws Exception {
    HttpResponse<String> response =
        running.send(
            running
                .request("/v1/apps/web/releases/r43", RunningApi.DEPLOYER)
                .header("Content-Type", type)
                .PUT(HttpRequest.BodyPublishers.ofString("a bundle")));

    assertThat(response.statusCode()).as(response.body()).isEqualTo(201);
    assertThat(response.body()).contains("\"newBytes\":8", "\"deployment\":null");
    assertThat(response.headers().firstValue("location")).contains("/v1/apps/web/releases/r43");
  }

  @Test
  void says200WhereTheReleaseWasHereAlready() throws Exception {
    running.control.reception =
        (app, release, body) -> {
          FakeControl.drain(body);
          return new dev.pointsman.protocol.api.StagedResource(
              app.value(), release.value(), "staged", false, 0, 0, 0, null);
        };

    assertThat(put("/v1/apps/web/releases/r43", "x").statusCode()).isEqualTo(200);
  }

  @Test
  void deploysAfterStagingWhereAsked() throws Exception {
    HttpResponse<String> response = put("/v1/apps/web/releases/r43?deploy=true", "x");

    assertThat(response.statusCode()).isEqualTo(201);
    assertThat(response.body()).contains("\"deployment\":\"web-1\"");
    assertThat(running.control.asked).containsExactly("deploy r43 false by ci");
  }

  @Test
  void saysWhatIsStagedButNotDeployed() throws Exception {
    running.control.reception =
        (app, release, body) -> {
          running.control.refusal = new Rejected(ErrorCode.POOL_UNHEALTHY, "slot 1 is down.");
          return FakeControl.staged(app, release, FakeControl.drain(body));
        };

    HttpResponse<String> response = put("/v1/apps/web/releases/r43?deploy=true", "x");

    assertThat(response.statusCode()).isEqualTo(409);
    assertThat(response.body())
        .contains("pool.unhealthy", "r43 is staged, but not deployed: slot 1");
  }

  private HttpResponse<String> put(String path, String body) throws Exception {
    return running.send(
        running
            .request(path, RunningApi.DEPLOYER)
            .header("Content-Type", "application/x-tar")
            .PUT(HttpRequest.BodyPublishers.ofString(body)));
  }

  @Test
  void streamsALargeBundleInConstantMemory() throws Exception {
    long size = 200L << 20;
    AtomicLong behind = new AtomicLong();
    AtomicLong early = new AtomicLong(-1);
    running.control.reception =
        (app, release, body) -> {
          BodyStream stream = (BodyStream) body;
          early.set(stream.received());
          long total = FakeControl.drain(body);
          behind.set(stream.mostBehind());
          return FakeControl.staged(app, release, total);
        };

    RunningApi.Curl curl =
        running.curl(to -> zeros(to, size), "--fail-with-body", "-T", "-", "-H", TYPE, PUT);

    assertThat(curl.out()).contains("\"newBytes\":" + size);
    assertThat(curl.exit()).isZero();
    assertThat(early.get()).as("bytes that came before anybody read").isZero();
    assertThat(behind.get()).isPositive().isLessThanOrEqualTo(BodyStream.WINDOW * (64L << 10));
  }

  @Test
  void holdsTheSenderBackWhileNobodyReads() throws Exception {
    CountDownLatch mayRead = new CountDownLatch(1);
    CompletableFuture<BodyStream> stream = new CompletableFuture<>();
    running.control.reception =
        (app, release, body) -> {
          int first = body.read();
          stream.complete((BodyStream) body);
          mayRead.await();
          return FakeControl.staged(app, release, FakeControl.drain(body) + (first < 0 ? 0 : 1));
        };
    long size = 64L << 20;
    AtomicLong taken = new AtomicLong();
    CompletableFuture<RunningApi.Curl> curl =
        CompletableFuture.supplyAsync(() -> {
          try {
            return running.curl(
                to -> {
                  for (int i = 0; i < 64; i++) {
                    zeros(to, 1 << 20);
                    taken.incrementAndGet();
                  }
                },
                "-T",
                "-",
                "-H",
                TYPE,
                PUT);
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    BodyStream body = stream.get(15, TimeUnit.SECONDS);
    long before;
    do { // Until nothing moves any more for a while.
      before = taken.get();
      Thread.sleep(300);
    } while (taken.get() != before);

    assertThat(taken.get()).as("MiB that left the client").isLessThan(32);
    assertThat(body.mostBehind()).isLessThanOrEqualTo(BodyStream.WINDOW * (64L << 10));
    mayRead.countDown();
    assertThat(curl.join().out()).contains("\"newBytes\":" + size);
  }

  @Test
  void deliversEveryByteInOrder() throws Exception {
    MessageDigest sent = MessageDigest.getInstance("SHA-256");
    BlockingQueue<String> digests = new ArrayBlockingQueue<>(1);
    running.control.reception =
        (app, release, body) -> {
          try {
            MessageDigest got = MessageDigest.getInstance("SHA-256");
            byte[] chunk = new byte[777];
            for (int count = body.read(chunk, 3, 500);
                count >= 0;
                count = body.read(chunk, 3, 500)) {
              got.update(chunk, 3, count);
            }
            digests.add(HexFormat.of().formatHex(got.digest()));
          } catch (java.security.NoSuchAlgorithmException e) {
            throw new IOException(e);
          }
          return FakeControl.staged(app, release, 0);
        };
    java.util.Random random = new java.util.Random(42);

    running.curl(
        to -> {
          for (int i = 0; i < 500; i++) {
            byte[] chunk = new byte[random.nextInt(20_000)];
            random.nextBytes(chunk);
            sent.update(chunk);
            to.write(chunk);
          }
        },
        "-T",
        "-",
        "-H",
        TYPE,
        PUT);

    assertThat(digests.poll(10, TimeUnit.SECONDS))
        .isEqualTo(HexFormat.of().formatHex(sent.digest()));
  }

  @Test
  void refusesBeforeTheBodyIsSent() throws Exception {
    running.control.refusal = new Rejected(ErrorCode.LIMIT_SESSIONS, "8 uploads run already.");
    AtomicLong taken = new AtomicLong();

    RunningApi.Curl curl =
        running.curl(
            to -> {
              zeros(to, 10 << 20);
              taken.set(10 << 20);
            },
            "-v",
            "--fail-with-body",
            "--expect100-timeout",
            "30",
            "-T",
            "-",
            "-H",
            TYPE,
            PUT);

    assertThat(curl.exit()).as(curl.err()).isEqualTo(22);
    assertThat(curl.err()).contains("> Expect: 100-continue", "< HTTP/1.1 429", "< Retry-After:");
    assertThat(curl.err()).doesNotContain("100 Continue");
    assertThat(curl.out()).contains("limit.sessions", "8 uploads run already.");
    assertThat(taken.get()).as("what curl took of its input").isZero();
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "http://localhost/v1/apps/nope/releases/r43",
        "http://localhost/v1/apps/web/releases/a..b",
        "http://localhost/v1/apps/web/releases/r43?deplyo=true",
        "http://localhost/v1/apps/web/releases/r43?deploy=yes"
      })
  void refusesAWrongAddressBeforeTheBodyIsSent(String address) throws Exception {
    RunningApi.Curl curl =
        running.curl(
            to -> zeros(to, 10 << 20),
            "-v",
            "--fail-with-body",
            "--expect100-timeout",
            "30",
            "-T",
            "-",
            "-H",
            TYPE,
            address);

    assertThat(curl.exit()).isEqualTo(22);
    assertThat(curl.err()).doesNotContain("100 Continue");
    assertThat(curl.out()).contains("\"code\"");
  }

  @Test
  void refusesAnotherMediaType() throws Exception {
    RunningApi.Curl curl =
        running.curl(
            to -> zeros(to, 10 << 20),
            "--fail-with-body",
            "-T",
            "-",
            "-H",
            "Content-Type: application/zip",
            PUT);

    assertThat(curl.exit()).isEqualTo(22);
    assertThat(curl.out()).contains("content.type", "application/zip", BundleReader.MEDIA_TYPE);
  }

  @Test
  void tellsCurlOfARefusalInTheMiddleOfTheBody() throws Exception {
    running.control.reception =
        (app, release, body) -> {
          body.readNBytes(1 << 20);
          throw new Rejected(ErrorCode.SIG_BAD, "release.json is not what ci@web signed.");
        };

    for (int i = 0; i < 5; i++) {
      RunningApi.Curl curl =
          running.curl(to -> zeros(to, 100 << 20), "--fail-with-body", "-T", "-", "-H", TYPE, PUT);

      assertThat(curl.exit()).as(curl.err()).isEqualTo(22);
      assertThat(curl.out()).contains("sig.bad", "release.json is not what ci@web signed.");
    }
  }

  @Test
  void tellsAClientThatNeverExpectsToContinue() throws Exception {
    running.control.refusal = new Rejected(ErrorCode.LIMIT_SESSIONS, "8 uploads run already.");

    RunningApi.Curl curl =
        running.curl(
            to -> zeros(to, 100 << 20),
            "--fail-with-body",
            "-T",
            "-",
            "-H",
            "Expect:",
            "-H",
            TYPE,
            PUT);

    assertThat(curl.exit()).as(curl.err()).isEqualTo(22);
    assertThat(curl.out()).contains("limit.sessions");
  }

  @Test
  void tellsTheReaderThatTheClientHasGone() throws Exception {
    BlockingQueue<IOException> broken = new ArrayBlockingQueue<>(1);
    CountDownLatch half = new CountDownLatch(1);
    running.control.reception =
        (app, release, body) -> {
          try {
            body.readNBytes(50);
            half.countDown();
            return FakeControl.staged(app, release, FakeControl.drain(body));
          } catch (IOException e) {
            broken.add(e);
            throw e;
          }
        };
    try (Socket connection = running.connect()) {
      head(connection, "Content-Length: 100");
      connection.getOutputStream().write(new byte[50]);
      assertThat(half.await(10, TimeUnit.SECONDS)).isTrue();
    }

    assertThat(broken.poll(10, TimeUnit.SECONDS))
        .hasMessage("the client closed the connection after 50 of 100 bytes");
  }

  static void head(Socket connection, String... headers) throws IOException {
    String head =
        "PUT /v1/apps/web/releases/r43 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + RunningApi.DEPLOYER
            + "\r\nContent-Type: application/x-tar\r\n"
            + String.join("\r\n", headers)
            + "\r\n\r\n";
    connection.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    connection.getOutputStream().flush();
  }

  @Test
  void refusesARequestWithoutABody() throws Exception {
    HttpResponse<String> response = put("/v1/apps/web/releases/r43", "");

    assertThat(response.statusCode()).isEqualTo(400);
    assertThat(response.body()).contains("http.length");
  }

  @Test
  void reportsAFaultOfTheHost() throws Exception {
    running.control.reception =
        (app, release, body) -> {
          throw new IOException(
              "cannot stage r43: releases/.st-r43/app.js: No space left on device");
        };

    HttpResponse<String> response = put("/v1/apps/web/releases/r43", "x");

    assertThat(response.statusCode()).isEqualTo(500);
    assertThat(response.body()).contains("host.fault", "No space left on device");
  }

  @Test
  void keepsTheConnectionAfterAnUploadThatWasReadToItsEnd() throws Exception {
    try (Socket connection = running.connect()) {
      for (int i = 0; i < 3; i++) {
        head(connection, "Content-Length: 5");
        connection.getOutputStream().write("hello".getBytes(StandardCharsets.US_ASCII));
        InputStream in = connection.getInputStream();
        StringBuilder seen = new StringBuilder();
        while (!seen.toString().endsWith("}")) {
          int next = in.read();
          assertThat(next).as("after: " + seen).isNotNegative();
          seen.append((char) next);
        }
        assertThat(seen.toString()).startsWith("HTTP/1.1 201").contains("\"newBytes\":5");
      }
    }
  }

  @Test
  void endsUploadsWhenTheAgentStops() throws Exception {
    CountDownLatch reading = new CountDownLatch(1);
    running.control.reception =
        (app, release, body) -> {
          assertThat(body.read()).isNotNegative();
          reading.countDown();
          return FakeControl.staged(app, release, FakeControl.drain(body));
        };
    try (Socket connection = running.connect()) {
      head(connection, "Content-Length: 100");
      connection.getOutputStream().write(1);
      assertThat(reading.await(10, TimeUnit.SECONDS)).isTrue();
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> {
            try {
              return read(connection.getInputStream());
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      running.api.close();

      assertThat(answer.get(10, TimeUnit.SECONDS)).contains("HTTP/1.1 503", "agent.stopping");
    }
  }

  static String read(InputStream in) throws IOException {
    StringBuilder text = new StringBuilder();
    byte[] chunk = new byte[4096];
    try {
      for (int count = in.read(chunk); count >= 0; count = in.read(chunk)) {
        text.append(new String(chunk, 0, count, StandardCharsets.US_ASCII));
      }
    } catch (java.net.SocketException | java.net.SocketTimeoutException e) {
      text.append('(').append(e.getMessage()).append(')');
    }
    return text.toString();
  }
}
