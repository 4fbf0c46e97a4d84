package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.client.ApiClient;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.HttpFetcher;
import dev.pointsman.agent.client.Target;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import dev.pointsman.agent.config.HostConfig.PullConfig;
import dev.pointsman.agent.config.PullHost;
import dev.pointsman.agent.pull.Intake;
import dev.pointsman.agent.pull.Pulls;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Bundles that are fetched, from a server that does not always mean well. */
class PullTest {
  @TempDir Path directory;
  private final Vertx vertx = EventLoops.forAgent();
  private final FakeControl control = new FakeControl();
  private final List<String> events = Collections.synchronizedList(new ArrayList<>());
  private final byte[] content = new byte[1_200_000];
  private volatile Instant now = Instant.parse("2026-11-22T18:45:07Z");
  private TrickyServer server;
  private HttpApi api;
  private Pulls pulls;
  private HttpFetcher fetcher;
  private Path socket;

  @BeforeEach
  void start() throws Exception {
    new Random(5).nextBytes(content);
    server = new TrickyServer(content);
    Path credentials = directory.resolve("credentials");
    Files.writeString(credentials, "127.0.0.1:" + server.port() + " bearer s3cret\n");
    Files.setPosixFilePermissions(credentials, PosixFilePermissions.fromString("rw-------"));
    fetcher =
        new HttpFetcher(
            vertx,
            Optional.empty(),
            new Pace.Rule(Duration.ofMillis(800), Duration.ofSeconds(2), 1024),
            Duration.ofSeconds(30));
    pulls =
        new Pulls(
            new PullConfig(
                List.of(PullHost.parse("127.0.0.1:" + server.port()).orElseThrow()),
                Optional.of(credentials),
                Optional.empty()),
            fetcher,
            new ControlIntake(),
            2_000_000,
            () -> now);
    socket = directory.resolve("api.sock");
    api =
        HttpApi.start(
            vertx,
            new HttpConfig(socket, Optional.<Endpoint>empty(), Optional.empty()),
            new ApiSource(control, () -> true, new MetricsRegistry(), "1", Optional.of(pulls)));
    control.reception =
        (app, release, body) -> {
          byte[] all = body.readAllBytes();
          return FakeControl.staged(
              app, release, java.util.Arrays.equals(all, content) ? all.length : -1);
        };
  }

  @AfterEach
  void stop() throws Exception {
    pulls.close();
    api.close();
    fetcher.close();
    server.close();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** As the wiring does it. */
  private final class ControlIntake implements Intake {
    @Override
    public void receive(AppName app, ReleaseId release, InputStream body, String by)
        throws Rejected, IOException, InterruptedException {
      Control.Upload upload = control.receive(app, release, body, by);
      assertThat(((Control.Upload.Complete) upload).staged().newBytes()).isEqualTo(content.length);
    }

    @Override
    public String deploy(AppName app, ReleaseId release, boolean force, String by) throws Rejected {
      return control.deploy(app, release, new Control.Overrides(force, false), by).id();
    }

    @Override
    public void event(String type, AppName app, String message, Map<String, String> data) {
      events.add(type);
    }
  }

  private PullResource pull(String path, boolean deploy) throws Exception {
    try (ApiClient client = ApiClient.connect(new Target.Socket(socket))) {
      String url = "http://127.0.0.1:" + server.port() + path;
      PullResource pull = client.pull("web", "r43", url, deploy, false).value();
      long deadline = System.nanoTime() + Duration.ofSeconds(180).toNanos();
      while (pull.endedAt() == null && System.nanoTime() < deadline) {
        pull = client.pulled("web", "r43", Duration.ofSeconds(10)).value();
      }
      return pull;
    }
  }

  @Test
  void isFetchedStagedAndDeployed() throws Exception {
    PullResource pull = pull("/plain?signature=abc", true);

    assertThat(pull.state()).as(pull.toString()).isEqualTo("staged");
    assertThat(pull.received()).isEqualTo(content.length);
    assertThat(pull.total()).isEqualTo(content.length);
    assertThat(pull.deployment()).isEqualTo("web-1");
    assertThat(pull.url()).endsWith("/plain?…");
    assertThat(events).containsExactly("pull.started", "pull.staged");
    assertThat(server.authorizations).containsExactly("Bearer s3cret");
  }

  @ParameterizedTest
  @CsvSource({"/breaks", "/breaks-without-ranges", "/stalls", "/redirects/5"})
  void isFetchedInSpiteOf(String path) throws Exception {
    PullResource pull = pull(path, false);

    assertThat(pull.state()).as(pull.toString()).isEqualTo("staged");
    if (path.equals("/breaks")) {
      assertThat(server.ranges).isNotEmpty().allMatch(range -> range.matches("bytes=[0-9]+-"));
      assertThat(server.ifRanges).containsOnly("\"v1\"");
    }
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "/redirects/6|pull.failed|redirects more than 5 times",
        "/redirects-away|pull.forbidden|does not allow evil.example.net",
        "/redirects-inside|pull.forbidden|does not allow 169.254.169.254",
        "/redirects-nowhere|pull.forbidden|has to begin with https",
        "/changes|pull.failed|has something else now",
        "/breaks-without-etag|pull.failed|has no ETag",
        "/lies-about-range|pull.failed|was asked for what follows byte",
        "/missing|pull.failed|answered 404",
        "/gzip|pull.failed|compressed as 'gzip', unasked",
        "/too-long|pull.failed|at most 2000000 are fetched",
        "/endless|pull.failed|larger than 2000000 bytes",
        "/part|pull.failed|a part that nobody asked for"
      })
  void isNotFetched(String path, String code, String words) throws Exception {
    PullResource pull = pull(path, true);

    assertThat(pull.state()).as(pull.toString()).isEqualTo("failed");
    assertThat(pull.code()).isEqualTo(code);
    assertThat(pull.detail()).contains(words);
    assertThat(pull.deployment()).isNull();
    assertThat(events).containsExactly("pull.started", "pull.failed");
    assertThat(control.asked).isEmpty();
  }

  @Test
  void tellsNowAndThenHowFarItIs() throws Exception {
    control.reception =
        (app, release, body) -> {
          body.readNBytes(400_000);
          now = now.plusSeconds(11);
          body.readNBytes(400_000);
          return FakeControl.staged(app, release, body.readAllBytes().length + 800_000);
        };

    assertThat(pull("/plain", false).state()).isEqualTo("staged");
    assertThat(events).containsExactly("pull.started", "pull.progress", "pull.staged");
  }

  @Test
  void isRefusedAtOnceWhereTheAddressIsNotAllowed() throws Exception {
    try (ApiClient client = ApiClient.connect(new Target.Socket(socket))) {
      assertThat(
              org.assertj.core.api.Assertions.catchThrowableOfType(
                      ApiProblem.class,
                      () -> client.pull("web", "r43", "https://evil.example.net/", false, false))
                  .problem()
                  .code())
          .isEqualTo("pull.forbidden");
    }
    assertThat(events).isEmpty();
  }

  @Test
  void endsWithTheCodeOfTheCheckThatRefusedIt() throws Exception {
    control.reception =
        (app, release, body) -> {
          body.readNBytes(1000);
          throw new Rejected(
              dev.pointsman.protocol.api.ErrorCode.SIG_UNTRUSTED, "Nobody trusts it.");
        };

    PullResource pull = pull("/plain", false);

    assertThat(pull.code()).isEqualTo("sig.untrusted");
    assertThat(pull.received()).as("no more is read than the checks allow").isLessThan(600_000);
  }

  @Test
  void showsItsCredentialsOnlyFromAFileThatNobodyElseReads() throws Exception {
    Files.setPosixFilePermissions(
        directory.resolve("credentials"), PosixFilePermissions.fromString("rw-r--r--"));

    PullResource pull = pull("/plain", false);

    assertThat(pull.code()).isEqualTo("pull.failed");
    assertThat(pull.detail()).contains("others may read or write it; chmod 600");
    assertThat(server.authorizations).isEmpty();
  }
}
