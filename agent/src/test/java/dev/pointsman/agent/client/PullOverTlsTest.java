package dev.pointsman.agent.client;

import static org.assertj.core.api.Assertions.assertThat;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostConfig.HttpConfig;
import dev.pointsman.agent.config.HostConfig.PullConfig;
import dev.pointsman.agent.config.PullHost;
import dev.pointsman.agent.http.ApiSource;
import dev.pointsman.agent.http.EventLoops;
import dev.pointsman.agent.http.FakeControl;
import dev.pointsman.agent.http.HttpApi;
import dev.pointsman.agent.http.Json;
import dev.pointsman.agent.http.MetricsRegistry;
import dev.pointsman.agent.pull.Intake;
import dev.pointsman.agent.pull.Pulls;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whom a pull believes: servers with real certificates, and some that have the wrong ones. */
class PullOverTlsTest {
  private static final byte[] CONTENT = "a bundle".getBytes(StandardCharsets.UTF_8);
  @TempDir static Path keys;
  private static Certificates certificates;

  @TempDir Path directory;
  private final Vertx vertx = EventLoops.forAgent();
  private final List<HttpServer> servers = new ArrayList<>();
  private final List<String> asked = Collections.synchronizedList(new ArrayList<>());
  private final ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor();
  private final List<String> received = Collections.synchronizedList(new ArrayList<>());
  private HttpFetcher fetcher;
  private Pulls pulls;

  @BeforeAll
  static void makeCertificates() throws Exception {
    certificates =
        new Certificates(keys)
            .authority("stranger")
            .host("good", "ca", "dns:localhost,ip:127.0.0.1")
            .host("named", "ca", "dns:releases.example.net")
            .host("old", "ca", "dns:localhost", "-startdate", "-9d", "-validity", "3")
            .host("future", "ca", "dns:localhost", "-startdate", "+3d", "-validity", "3")
            .host("foreign", "stranger", "dns:localhost");
  }

  @AfterAll
  static void forget() {
    certificates = null;
  }

  @BeforeEach
  void start() throws Exception {
    fetcher = new HttpFetcher(vertx, Optional.of(certificates.pem("ca")));
  }

  @AfterEach
  void stop() throws Exception {
    if (pulls != null) {
      pulls.close();
    }
    fetcher.close();
    servers.forEach(server -> server.stop(0));
    threads.shutdownNow();
    vertx.close().toCompletionStage().toCompletableFuture().get(10, TimeUnit.SECONDS);
  }

  /** A server that shows {@code certificate}, or none; {@code to}: where it sends everybody. */
  private int serve(String certificate, String to) throws Exception {
    InetSocketAddress any = new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
    HttpServer server;
    if (certificate.isEmpty()) {
      server = HttpServer.create(any, 4);
    } else {
      HttpsServer tls = HttpsServer.create(any, 4);
      tls.setHttpsConfigurator(new HttpsConfigurator(certificates.context(certificate)));
      server = tls;
    }
    server.setExecutor(threads);
    server.createContext("/", http -> answer(http, to));
    server.start();
    servers.add(server);
    return server.getAddress().getPort();
  }

  private void answer(HttpExchange http, String to) throws IOException {
    try (http) {
      asked.add(
          http.getLocalAddress().getPort()
              + " "
              + http.getRequestHeaders().getFirst("Authorization"));
      if (to.isEmpty()) {
        http.sendResponseHeaders(200, CONTENT.length);
        http.getResponseBody().write(CONTENT);
      } else {
        http.getResponseHeaders().set("Location", to);
        http.sendResponseHeaders(302, -1);
      }
    }
  }

  private PullResource pull(String url, String credentials, String... hosts) throws Exception {
    Path file = Files.writeString(directory.resolve("credentials"), credentials);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rw-------"));
    List<PullHost> allowed = new ArrayList<>();
    for (String host : hosts) {
      allowed.add(PullHost.parse(host).orElseThrow());
    }
    pulls =
        new Pulls(
            new PullConfig(allowed, Optional.of(file), Optional.empty()),
            fetcher,
            new Taking(),
            1_000,
            Clock.systemUTC());
    AppName app = new AppName("web");
    ReleaseId release = new ReleaseId("r1");
    pulls.begin(new Pulls.Request(app, release, url, false, false, "local"));
    // Long before a pull that is tried again would be over.
    return pulls.await(app, release, Duration.ofSeconds(25));
  }

  private final class Taking implements Intake {
    @Override
    public void receive(AppName app, ReleaseId release, InputStream body, String by)
        throws IOException {
      received.add(new String(body.readAllBytes(), StandardCharsets.UTF_8));
    }

    @Override
    public String deploy(AppName app, ReleaseId release, boolean force, String by) {
      throw new IllegalStateException("nobody asked for it");
    }

    @Override
    public void event(String type, AppName app, String message, Map<String, String> data) {
      assertThat(message).isNotBlank();
    }
  }

  @ParameterizedTest
  @CsvSource({"localhost", "127.0.0.1"})
  void believesWhoShowsACertificateOfTheAuthorityForItsName(String host) throws Exception {
    int port = serve("good", "");

    PullResource pull =
        pull(
            "https://" + host + ":" + port + "/b",
            host + ":" + port + " bearer s3cret",
            host + ":" + port);

    assertThat(pull.state()).as(pull.toString()).isEqualTo("staged");
    assertThat(received).containsExactly("a bundle");
    assertThat(asked).containsExactly(port + " Bearer s3cret");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "named|its certificate is not for this host|Use the name that it is for",
        "old|its certificate has expired|Renew it there",
        "future|its certificate is not valid yet|Is this host's clock right",
        "foreign|signed by nobody who is trusted here|Name the right authority in 'ca' of [pull]"
      })
  void believesNobodyElse(String certificate, String what, String next) throws Exception {
    int port = serve(certificate, "");

    PullResource pull =
        pull(
            "https://localhost:" + port + "/b",
            "localhost:" + port + " bearer s3cret",
            "localhost:" + port);

    assertThat(pull.state()).as(pull.toString()).isEqualTo("failed");
    assertThat(pull.code()).isEqualTo("pull.failed");
    assertThat(pull.detail())
        .contains("https://localhost:" + port + "/b is not trusted: ", what, next);
    assertThat(asked).as("no secret was shown").isEmpty();
  }

  /** Java's own authorities do not know the test's. */
  @Test
  void withoutAnAuthorityOfItsOwnItBelievesThoseOfJava() throws Exception {
    fetcher.close();
    fetcher = new HttpFetcher(vertx, Optional.empty());
    int port = serve("good", "");

    PullResource pull = pull("https://localhost:" + port + "/b", "", "localhost:" + port);

    assertThat(pull.code()).isEqualTo("pull.failed");
    assertThat(pull.detail()).contains("signed by nobody who is trusted here");
  }

  @Test
  void doesNotFollowFromTlsIntoTheOpenEvenWhereBothAreAllowed() throws Exception {
    int open = serve("", "");
    int port = serve("good", "http://127.0.0.1:" + open + "/b");

    PullResource pull =
        pull(
            "https://localhost:" + port + "/b",
            "",
            "localhost:" + port,
            "http://127.0.0.1:" + open);

    assertThat(pull.state()).isEqualTo("failed");
    assertThat(pull.code()).isEqualTo("pull.forbidden");
    assertThat(pull.detail()).contains("redirects to http://127.0.0.1:" + open, "has no TLS");
    assertThat(asked).hasSize(1);
  }

  @Test
  void showsItsSecretToTheHostThatItIsForAndNotToWhereThatOneSendsIt() throws Exception {
    int second = serve("good", "");
    int first = serve("good", "https://127.0.0.1:" + second + "/b");

    PullResource pull =
        pull(
            "https://localhost:" + first + "/b",
            "localhost:" + first + " bearer s3cret",
            "localhost:" + first,
            "127.0.0.1:" + second);

    assertThat(pull.state()).as(pull.toString()).isEqualTo("staged");
    assertThat(asked).containsExactly(first + " Bearer s3cret", second + " null");
  }

  /** What an authority signed for one host is worth nothing at another. */
  @Test
  void holdsTheCertificateOfEveryStepAgainstTheNameOfThatStep() throws Exception {
    int second = serve("named", "");
    int first = serve("good", "https://localhost:" + second + "/b");

    PullResource pull =
        pull("https://localhost:" + first + "/b", "", "localhost:" + first, "localhost:" + second);

    assertThat(pull.code()).isEqualTo("pull.failed");
    assertThat(pull.detail()).contains("localhost:" + second, "not for this host");
  }

  @Test
  void oneKeyBeginsOnePull() throws Exception {
    int port = serve("good", "");
    String url = "https://localhost:" + port + "/b";
    assertThat(pull(url, "", "localhost:" + port).state()).isEqualTo("staged");
    Path socket = directory.resolve("api.sock");
    try (HttpApi api =
            HttpApi.start(
                vertx,
                new HttpConfig(socket, Optional.<Endpoint>empty(), Optional.empty()),
                new ApiSource(
                    new FakeControl(),
                    () -> true,
                    new MetricsRegistry(),
                    "1",
                    Optional.of(pulls)));
        Idempotent client = new Idempotent(socket)) {
      assertThat(api).isNotNull();
      client.post("one", url, "r2");
      assertThat(
              pulls.await(new AppName("web"), new ReleaseId("r2"), Duration.ofSeconds(20)).state())
          .isEqualTo("staged");

      assertThat(client.post("one", url, "r2").status()).isEqualTo(202);
      assertThat(asked).as("the first pull, and one of two").hasSize(2);
      assertThat(client.post("one", url, "r3").text()).contains("request.invalid");
      assertThat(client.post("two", url, "r2").status()).isEqualTo(202);
      pulls.await(new AppName("web"), new ReleaseId("r2"), Duration.ofSeconds(20));
      assertThat(asked).hasSize(3);
    }
  }

  /** A client that says its key itself. */
  private record Idempotent(ClientLink link) implements AutoCloseable {
    Idempotent(Path socket) {
      this(new ClientLink(new Target.Socket(socket)));
    }

    ClientLink.Reply post(String key, String url, String release) throws Exception {
      return link.call(
          io.vertx.core.http.HttpMethod.POST,
          "/v1/apps/web/releases",
          Map.of("Idempotency-Key", key),
          Json.text(Map.of("release", release, "url", url)),
          Duration.ofSeconds(20));
    }

    @Override
    public void close() {
      link.close();
    }
  }
}
