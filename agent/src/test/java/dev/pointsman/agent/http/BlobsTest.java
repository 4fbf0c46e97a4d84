package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** One large file, in ranges, as curl sends them. */
class BlobsTest {
  private static final int SIZE = 3 << 20;

  @TempDir Path directory;
  private RunningApi running;
  private FakeSessions sessions;
  private Path file;
  private String sha256;

  @BeforeEach
  void start() throws Exception {
    running = new RunningApi(directory);
    sessions = running.control.inParts();
    byte[] content = new byte[SIZE];
    new Random(7).nextBytes(content);
    WireBundle bundle = new WireBundle(directory.resolve("bundle"), "r43");
    bundle.file("big.bin", content);
    bundle.write();
    file = bundle.tree.resolve("big.bin");
    sha256 = FakeSessions.sha256(content);
    HttpResponse<String> answer =
        running.send(
            running
                .request("/v1/apps/web/releases/r43", RunningApi.DEPLOYER)
                .header("Content-Type", "application/x-tar")
                .PUT(HttpRequest.BodyPublishers.ofByteArray(bundle.envelope())));
    assertThat(answer.statusCode()).as(answer.body()).isEqualTo(202);
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  private String url() {
    return "http://localhost/v1/apps/web/blobs/" + sha256;
  }

  private RunningApi.Curl curl(String... arguments) throws Exception {
    List<String> all = new ArrayList<>(List.of("-i", "--fail-with-body"));
    all.addAll(List.of(arguments));
    all.add(url());
    return running.curl(to -> {}, all.toArray(String[]::new));
  }

  private void sendPart(int bytes) throws Exception {
    Path part = directory.resolve("part");
    Files.write(part, java.util.Arrays.copyOf(Files.readAllBytes(file), bytes));
    RunningApi.Curl curl =
        curl("-T", part.toString(), "-H", "Content-Range: bytes 0-" + (bytes - 1) + "/" + SIZE);
    assertThat(curl.out())
        .contains("HTTP/1.1 204", "Upload-Offset: " + bytes, "Upload-Length: " + SIZE);
  }

  private String offset() throws Exception {
    String head = curl("-I").out();
    return head.lines()
        .filter(line -> line.startsWith("Upload-Offset: "))
        .map(line -> line.substring("Upload-Offset: ".length()).strip())
        .findFirst()
        .orElseThrow(() -> new AssertionError(head));
  }

  @ParameterizedTest
  @ValueSource(strings = {"-T", "-C - -T", "-C 0 -T"})
  void isTakenWhole(String options) throws Exception {
    List<String> arguments = new ArrayList<>(List.of(options.split(" ")));
    arguments.add(file.toString());

    RunningApi.Curl curl = curl(arguments.toArray(String[]::new));

    assertThat(curl.out())
        .contains("HTTP/1.1 201", "Upload-Offset: " + SIZE)
        .contains("\"size\":" + SIZE)
        .contains("\"sha256\":\"" + sha256 + "\"");
    assertThat(sessions.store).containsKey(sha256);
  }

  @Test
  void goesOnWhereItIs() throws Exception {
    sendPart(1_000_000);
    assertThat(offset()).isEqualTo("1000000");

    RunningApi.Curl curl = curl("-C", offset(), "-T", file.toString());

    assertThat(curl.out()).as(curl.err()).contains("HTTP/1.1 201");
    assertThat(sessions.log).contains("blob 0-1000000", "blob 1000000-" + SIZE);
  }

  @Test
  void goesOnAfterCurlWasKilled() throws Exception {
    Process curl =
        new ProcessBuilder(
                "curl",
                "-sS",
                "--limit-rate",
                "500k",
                "--unix-socket",
                running.socket.toString(),
                "-T",
                file.toString(),
                url())
            .redirectErrorStream(true)
            .start();
    RunningApi.eventually("some of it is on its way", () -> positionIn(curl) >= 256 << 10);
    curl.destroyForcibly();
    assertThat(curl.waitFor(10, TimeUnit.SECONDS)).isTrue();
    RunningApi.eventually("the part is kept", () -> !sessions.log.isEmpty());
    long kept = Long.parseLong(offset());
    assertThat(kept).isPositive().isLessThan(SIZE);

    assertThat(curl("-C", Long.toString(kept), "-T", file.toString()).out())
        .contains("HTTP/1.1 201");
    assertThat(sessions.log).contains("blob " + kept + "-" + SIZE);
  }

  /** How far {@code reader} has read the file; more than its buffers hold is sent. */
  private long positionIn(Process reader) {
    Path process = Path.of("/proc", Long.toString(reader.pid()));
    try (Stream<Path> open = Files.list(process.resolve("fd"))) {
      for (Path descriptor : (Iterable<Path>) open::iterator) {
        if (Files.isSymbolicLink(descriptor) && Files.isSameFile(descriptor, file)) {
          Path info = process.resolve("fdinfo").resolve(descriptor.getFileName());
          return Long.parseLong(Files.readAllLines(info).getFirst().split("\\s+")[1]);
        }
      }
    } catch (IOException e) {
      return 0; // Descriptors come and go while it starts; the next look tells.
    }
    return 0;
  }

  @Test
  void tellsAWrongOffsetTheRightOne() throws Exception {
    sendPart(1000);

    RunningApi.Curl curl = curl("-C", "-", "-T", file.toString());

    assertThat(curl.exit()).isEqualTo(22);
    assertThat(curl.out()).contains("HTTP/1.1 409", "Upload-Offset: 1000", "blob.offset");
    assertThat(curl("-C", "2000", "-T", file.toString()).out()).contains("Upload-Offset: 1000");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "bytes 0-99/100|416|blob.range",
        "bytes 0-3145728/3145729|416|blob.range",
        "bytes 5-4/3145728|416|blob.range",
        "bytes */3145728|416|blob.range",
        "octets 0-1/2|416|blob.range"
      })
  void refusesARangeThatIsNone(String range, int status, String code) throws Exception {
    RunningApi.Curl curl = curl("-T", file.toString(), "-H", "Content-Range: " + range);

    assertThat(curl.out()).contains("HTTP/1.1 " + status, code);
    assertThat(sessions.log).isEmpty();
  }

  @ParameterizedTest
  @CsvSource({"8, more", "12, only 10"})
  void refusesAChunkedBodyOfAnotherLengthThanItsRange(int announced, String words)
      throws Exception {
    String range = "Content-Range: bytes 0-" + (announced - 1) + "/" + SIZE;
    RunningApi.Curl curl =
        running.curl(
            to -> to.write(new byte[10]), "-i", "--fail-with-body", "-T", "-", "-H", range, url());

    assertThat(curl.out()).contains("HTTP/1.1 400", "http.length", words);
  }

  @Test
  void refusesOtherContent() throws Exception {
    byte[] content = Files.readAllBytes(file);
    content[SIZE / 2] ^= 1;
    Path wrong = Files.write(directory.resolve("wrong"), content);

    RunningApi.Curl curl = curl("-T", wrong.toString());

    assertThat(curl.out()).contains("HTTP/1.1 422", "blob.digest");
    assertThat(offset()).as("the part is removed").isEqualTo("0");
  }

  @Test
  void isWantedByAnOpenSessionOrNotAtAll() throws Exception {
    String unknown = "http://localhost/v1/apps/web/blobs/" + "ab".repeat(32);

    RunningApi.Curl put = running.curl(to -> {}, "-i", "-T", file.toString(), unknown);
    RunningApi.Curl head = running.curl(to -> {}, "-I", unknown);
    RunningApi.Curl named =
        running.curl(to -> {}, "-i", "-T", file.toString(), unknown.replace("abab", "ABAB"));

    assertThat(put.out()).contains("HTTP/1.1 404", "session.unknown");
    assertThat(head.out()).contains("HTTP/1.1 404");
    assertThat(named.out()).contains("HTTP/1.1 400", "64 lower-case hex digits");
  }
}
