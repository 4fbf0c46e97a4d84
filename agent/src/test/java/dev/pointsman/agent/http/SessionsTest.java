package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** A release that comes in parts. */
class SessionsTest {
  private static final String RELEASE = "/v1/apps/web/releases/r43";

  @TempDir Path directory;
  private RunningApi running;
  private FakeSessions sessions;
  private WireBundle bundle;

  @BeforeEach
  void start() throws Exception {
    running = new RunningApi(directory);
    sessions = running.control.inParts();
    bundle = new WireBundle(directory.resolve("bundle"), "r43");
    bundle.file("server.js", "listen()");
    bundle.file("a b/ü.txt", "umlaut");
    bundle.file("same.txt", "umlaut");
    bundle.file("big.bin", "0123456789".repeat(1000));
    bundle.write();
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  private HttpResponse<String> put(String path, String type, byte[] body) throws Exception {
    return running.send(
        running
            .request(path, RunningApi.DEPLOYER)
            .header("Content-Type", type)
            .PUT(HttpRequest.BodyPublishers.ofByteArray(body)));
  }

  private HttpResponse<String> envelope() throws Exception {
    return put(RELEASE, "application/x-tar", bundle.envelope());
  }

  @Test
  void saysWhatIsMissing() throws Exception {
    HttpResponse<String> answer = envelope();

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
    assertThat(answer.headers().firstValue("location")).contains(RELEASE + "/pack");
    assertThat(answer.headers().firstValue("pointsman-missing-files")).contains("3");
    assertThat(answer.headers().firstValue("pointsman-missing-bytes")).contains("10014");
    assertThat(answer.headers().firstValue("pointsman-session-expires"))
        .contains("2026-11-23T18:45:07Z");
    assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    assertThat(answer.body()).isEqualTo("./a b/ü.txt\n./big.bin\n./server.js\n");
    assertThat(running.get(RELEASE + "/missing", RunningApi.READER).body())
        .isEqualTo(answer.body());
  }

  @ParameterizedTest
  @CsvSource({"application/x-tar, ", "application/gzip, z"})
  void isStagedWithThePackThatTarMakesOfTheAnswer(String type, String z) throws Exception {
    Path missing = Files.writeString(directory.resolve("missing.txt"), envelope().body());
    byte[] pack = bundle.tar("-c" + (z == null ? "" : z) + "f", "-", "-T", missing.toString());

    HttpResponse<String> answer = put(RELEASE + "/pack?deploy=true", type, pack);

    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(201);
    assertThat(answer.body()).contains("\"state\":\"staged\"", "\"deployment\":\"web-1\"");
    assertThat(answer.headers().firstValue("location")).contains(RELEASE);
    assertThat(sessions.isStaged("r43")).isTrue();
    assertThat(running.control.asked).containsExactly("deploy r43 false by ci");
  }

  @Test
  void isStagedAtOnceWhereNothingIsMissing() throws Exception {
    put(RELEASE, "application/x-tar", bundle.whole());
    WireBundle next = new WireBundle(directory.resolve("next"), "r44");
    next.file("server.js", "listen()");
    next.write();

    HttpResponse<String> answer =
        put("/v1/apps/web/releases/r44?activate=true", "application/x-tar", next.envelope());

    assertThat(answer.statusCode()).isEqualTo(201);
    assertThat(answer.body()).contains("\"deployment\":\"web-1\"");
  }

  @Test
  void shortensTheListWithEveryPack() throws Exception {
    envelope();

    HttpResponse<String> answer =
        put(RELEASE + "/pack", "application/x-tar", bundle.tar("-cf", "-", "./server.js"));

    assertThat(answer.statusCode()).isEqualTo(202);
    assertThat(answer.body()).isEqualTo("./a b/ü.txt\n./big.bin\n");
    assertThat(envelope().body()).as("asking again").isEqualTo(answer.body());
  }

  @Test
  void isShownAsARelease() throws Exception {
    envelope();

    assertThat(running.get(RELEASE, RunningApi.READER).body())
        .isEqualTo(
            "{\"app\":\"web\",\"release\":\"r43\",\"state\":\"staging\",\"missingFiles\":3,"
                + "\"missingBytes\":10014,\"expires\":\"2026-11-23T18:45:07Z\"}");
    assertThat(running.get("/v1/apps/web/releases/r99", RunningApi.READER).body())
        .contains("release.unknown");
  }

  @Test
  void isGivenUpOnRequest() throws Exception {
    envelope();
    HttpRequest.Builder delete =
        running.request(RELEASE + "/session", RunningApi.DEPLOYER).DELETE();

    assertThat(running.send(delete).statusCode()).isEqualTo(204);
    assertThat(running.send(delete).body()).contains("session.unknown");
    assertThat(running.get(RELEASE + "/missing", RunningApi.READER).statusCode()).isEqualTo(404);
    HttpRequest.Builder byReader =
        running.request(RELEASE + "/session", RunningApi.READER).DELETE();
    assertThat(running.send(byReader).body()).contains("auth.scope");
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"application/zip", "text/plain", "application/vnd.pointsman.bundle.v1+tar"})
  void takesNoPackOfAnotherType(String type) throws Exception {
    envelope();

    HttpResponse<String> answer = put(RELEASE + "/pack", type, new byte[1]);

    assertThat(answer.statusCode()).isEqualTo(415);
    assertThat(answer.body()).contains("content.type", "\"entry\":\"Content-Type\"", type);
  }

  @Test
  void takesNoPackWithoutASession() throws Exception {
    RunningApi.Curl curl =
        running.curl(
            to -> to.write(new byte[10 << 20]),
            "-v",
            "--fail-with-body",
            "--expect100-timeout",
            "30",
            "-T",
            "-",
            "-H",
            "Content-Type: application/x-tar",
            "http://localhost" + RELEASE + "/pack");

    assertThat(curl.exit()).isEqualTo(22);
    assertThat(curl.out()).contains("session.unknown");
    assertThat(curl.err()).doesNotContain("100 Continue");
  }

  @Test
  void namesTheEntryThatIsWrong() throws Exception {
    envelope();
    bundle.file("server.js", "l1sten()");

    HttpResponse<String> answer =
        put(RELEASE + "/pack", "application/x-tar", bundle.tar("-cf", "-", "./server.js"));

    assertThat(answer.statusCode()).isEqualTo(422);
    assertThat(answer.body())
        .contains("blob.digest", "\"entry\":\"server.js\"", "\"retryable\":false");
  }

  @Test
  void givesTheListOfAStagedRelease() throws Exception {
    StringBuilder text = new StringBuilder("#pointsman-tree 1\n");
    for (int i = 0; i < 50_000; i++) {
      text.append("f 644 1 ").append("ab".repeat(32)).append("  ./").append(i).append('\n');
    }
    running.control.fileList = Files.writeString(directory.resolve("files.lst"), text);

    assertThat(running.get(RELEASE + "/files", RunningApi.READER).body())
        .isEqualTo(text.toString());
    running.control.fileList = null;
    assertThat(running.get(RELEASE + "/files", RunningApi.READER).body())
        .contains("release.unknown");
  }

  @Test
  void makesALongListNoFasterThanItIsTaken() throws Exception {
    AtomicInteger made = new AtomicInteger();
    int lines = 400_000;
    running.control.listed =
        new Control.Missing(
            lines,
            1,
            FakeSessions.EXPIRES,
            () ->
                java.util.stream.IntStream.range(0, lines)
                    .mapToObj(i -> {
                      made.incrementAndGet();
                      return "./" + i + "x".repeat(100);
                    })
                    .iterator());
    try (Socket connection = running.connect()) {
      connection
          .getOutputStream()
          .write(
              ("GET "
                      + RELEASE
                      + "/missing HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      + "Authorization: Bearer "
                      + RunningApi.READER
                      + "\r\n\r\n")
                  .getBytes(StandardCharsets.US_ASCII));
      int before;
      do { // Until nothing moves any more for a while.
        before = made.get();
        Thread.sleep(300);
      } while (made.get() != before || before == 0);
      assertThat(before).as("lines made while nobody read").isLessThan(lines / 3);

      ByteArrayOutputStream all = new ByteArrayOutputStream();
      connection.getInputStream().transferTo(all);
      assertThat(all.toString(StandardCharsets.US_ASCII)).endsWith("\r\n0\r\n\r\n");
      assertThat(made.get()).isEqualTo(lines);
    }
  }

  @Test
  void breaksTheConnectionWhereAListCannotBeReadToItsEnd() throws Exception {
    running.control.listed =
        new Control.Missing(
            9,
            1,
            FakeSessions.EXPIRES,
            () ->
                java.util.stream.IntStream.range(0, 9)
                    .mapToObj(i -> {
                      if (i == 5) {
                        throw new java.io.UncheckedIOException(new IOException("gone"));
                      }
                      return "./" + i;
                    })
                    .iterator());

    RunningApi.Curl curl =
        running.curl(to -> {}, "--fail-with-body", "http://localhost" + RELEASE + "/missing");

    assertThat(curl.exit()).as("curl's code for a transfer that broke").isIn(18, 52, 56);
  }

  @Test
  void turnsTheSurplusOfAHundredUploadsAway() throws Exception {
    CountDownLatch inside = new CountDownLatch(8);
    List<Socket> senders = new ArrayList<>();
    List<CompletableFuture<String>> answers = new ArrayList<>();
    byte[] whole = bundle.whole();
    try {
      for (int i = 0; i < 100; i++) {
        Socket sender = running.connect();
        senders.add(sender);
        UploadsTest.head(sender, "Content-Length: " + whole.length, "Connection: close");
        answers.add(
            CompletableFuture.supplyAsync(
                () -> {
                  try {
                    return UploadsTest.read(sender.getInputStream());
                  } catch (IOException e) {
                    return e.toString();
                  }
                },
                task -> Thread.ofVirtual().start(task)));
      }
      RunningApi.eventually(
          "92 have been turned away",
          () -> answers.stream().filter(CompletableFuture::isDone).count() == 92);
      for (CompletableFuture<String> answer : answers) {
        if (answer.isDone()) {
          assertThat(answer.join())
              .startsWith("HTTP/1.1 429")
              .contains("limit.sessions", "Retry-After: ");
        }
      }
      for (int i = 0; i < 100; i++) {
        if (!answers.get(i).isDone()) {
          senders.get(i).getOutputStream().write(whole);
          assertThat(answers.get(i).get(15, TimeUnit.SECONDS)).contains("\"state\":\"staged\"");
          inside.countDown();
        }
      }
      assertThat(inside.getCount()).isZero();
    } finally {
      for (Socket sender : senders) {
        sender.close();
      }
    }
  }
}
