package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.agent.client.ApiClient;
import dev.pointsman.agent.client.ApiProblem;
import dev.pointsman.agent.client.Destination;
import dev.pointsman.agent.client.Target;
import dev.pointsman.agent.client.UploadBody;
import dev.pointsman.protocol.api.AppResource;
import dev.pointsman.protocol.api.DeploymentResource;
import dev.pointsman.protocol.api.DeploymentState;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.EventResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.io.InputStream;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ApiClientTest {
  @TempDir Path directory;
  private RunningApi running;
  private ApiClient client;

  @BeforeEach
  void start() throws Exception {
    running = new RunningApi(directory);
    client = ApiClient.connect(new Target.Socket(running.socket));
  }

  @AfterEach
  void stop() throws Exception {
    client.close();
    running.close();
  }

  /** So many zeros, counted as they are read. */
  private static final class Zeros extends InputStream implements UploadBody {
    final AtomicLong given = new AtomicLong();
    private final long size;
    private final boolean known;

    Zeros(long size, boolean known) {
      this.size = size;
      this.known = known;
    }

    @Override
    public OptionalLong length() {
      return known ? OptionalLong.of(size) : OptionalLong.empty();
    }

    @Override
    public InputStream open() {
      return this;
    }

    @Override
    public int read() {
      return given.get() == size ? -1 : (int) (given.getAndIncrement() * 0);
    }

    @Override
    public int read(byte[] target, int offset, int length) {
      int count = (int) Math.min(length, size - given.get());
      given.addAndGet(count);
      return count == 0 ? -1 : count;
    }
  }

  private ApiClient overTcp(String token) {
    return ApiClient.connect(new Target.Url(running.uri(""), Optional.of(token)));
  }

  @Test
  void readsWhatTheAgentSays() throws Exception {
    Answer<List<AppResource>> apps = client.apps();

    assertThat(apps.value()).containsExactly(FakeControl.webApp("web"), FakeControl.webApp("api"));
    assertThat(apps.json()).startsWith("{\"apps\":[");
    assertThat(client.app("web").value()).isEqualTo(FakeControl.webApp("web"));
    assertThat(client.releases("web").value().getFirst().release()).isEqualTo("r42");
  }

  @Test
  void deploysAndWaits() throws Exception {
    DeploymentResource begun =
        client.deploy("web", "r43", new Control.Overrides(true, false)).value();
    assertThat(begun.id()).isEqualTo("web-1");
    assertThat(begun.requestedBy()).isEqualTo("local");
    assertThat(client.deployment("web-1", Duration.ofMillis(20)).value().state())
        .isEqualTo(DeploymentState.RUNNING);
    CompletableFuture.delayedExecutor(100, TimeUnit.MILLISECONDS)
        .execute(() -> running.control.finish("web-1", DeploymentState.SUCCESSFUL));

    assertThat(client.deployment("web-1", Duration.ofSeconds(20)).value().state())
        .isEqualTo(DeploymentState.SUCCESSFUL);
    assertThat(client.rollback("web", null, false).value().toRelease()).isEqualTo("r41");
    assertThat(client.rollback("web", "r40", true).value().toRelease()).isEqualTo("r40");
    assertThat(client.deployments("web").value()).hasSize(3);
  }

  @Test
  void asksForThePlanAndForAReload() throws Exception {
    assertThat(client.plan("web", null).value().toRelease()).isEqualTo("r41");
    assertThat(client.plan("web", "r7").value().environment().removed()).containsExactly("OLD");
    assertThat(client.reload(true).value().apps().getFirst().pending())
        .containsExactly("env: +NEW");
    assertThat(running.control.asked)
        .containsExactly("plan null", "plan r7", "reload true by local");
  }

  @Test
  void asksForWhatIsDoneWithTheWorkers() throws Exception {
    List<Control.Order> orders =
        List.of(
            new Control.Order.Restart(null),
            new Control.Order.Restart(1),
            new Control.Order.Scale(3),
            new Control.Order.Stop(),
            new Control.Order.Start(null));
    for (Control.Order order : orders) {
      client.order("web", order, false);
    }
    client.order("web", new Control.Order.Start(new ReleaseId("r7")), true);
    assertThat(running.control.asked)
        .containsExactly(
            "Restart[slot=null] by local",
            "Restart[slot=1] by local",
            "Scale[instances=3] by local",
            "Stop[] by local",
            "Start[release=null] by local",
            "Start[release=r7] in spite of its taint by local");
  }

  @Test
  void carriesATokenOverTcp() throws Exception {
    try (ApiClient ci = overTcp(RunningApi.DEPLOYER);
        ApiClient stranger = overTcp("nobody")) {
      assertThat(ci.deploy("web", "r43", Control.Overrides.NONE).value().requestedBy())
          .isEqualTo("ci");
      ApiProblem problem = catchThrowableOfType(ApiProblem.class, stranger::apps);

      assertThat(problem.problem().code()).isEqualTo("auth.invalid");
      assertThat(problem.json()).contains("\"auth.invalid\"");
      assertThat(problem).hasMessageStartingWith("auth.invalid: The token is not");
    }
  }

  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void pushesALargeBundle(boolean known) throws Exception {
    Zeros bundle = new Zeros(60 << 20, known);

    Answer<dev.pointsman.protocol.api.StagedResource> staged =
        client.push(new Destination("web", "r43", true), bundle);

    assertThat(staged.value().newBytes()).isEqualTo(60 << 20);
    assertThat(staged.value().deployment()).isEqualTo("web-1");
  }

  @Test
  void sendsNothingThatIsRefusedBefore() throws Exception {
    running.control.refusal = new Rejected(ErrorCode.LIMIT_SESSIONS, "8 uploads run already.");
    Zeros bundle = new Zeros(60 << 20, true);

    assertThatThrownBy(() -> client.push(new Destination("web", "r43", false), bundle))
        .isInstanceOf(ApiProblem.class)
        .hasMessage("limit.sessions: 8 uploads run already.");
    assertThat(bundle.given.get()).isZero();
  }

  @Test
  void stopsSendingWhatIsRefusedOnTheWay() throws Exception {
    running.control.reception =
        (app, release, body) -> {
          body.readNBytes(100_000);
          throw new Rejected(ErrorCode.SIG_BAD, "It was changed.", "release.json");
        };
    Zeros bundle = new Zeros(1L << 30, false);

    assertThatThrownBy(() -> client.push(new Destination("web", "r43", false), bundle))
        .isInstanceOf(ApiProblem.class)
        .hasMessage("sig.bad: It was changed. (release.json)");
    assertThat(bundle.given.get()).isLessThan(64 << 20);
    assertThat(client.apps().value()).as("the client is usable after that").hasSize(2);
  }

  @Test
  void noticesABundleThatIsNotAsLongAsItSaid() {
    UploadBody liar =
        new UploadBody() {
          @Override
          public OptionalLong length() {
            return OptionalLong.of(100);
          }

          @Override
          public InputStream open() {
            return new java.io.ByteArrayInputStream(new byte[50]);
          }
        };

    assertThatThrownBy(() -> client.push(new Destination("web", "r43", false), liar))
        .isInstanceOf(IOException.class)
        .hasMessage("the bundle changed its size while it was sent: ended after 50 of 100 bytes");
  }

  @Test
  void followsEvents() throws Exception {
    running.control.events.publish("worker.exited", "web", "one", Map.of("slot", "0"));
    List<EventResource> seen = new CopyOnWriteArrayList<>();
    CompletableFuture<Void> over =
        CompletableFuture.runAsync(() -> {
          try {
            client.events("web", "0", event -> seen.add(event.value()));
          } catch (Exception e) {
            throw new AssertionError(e);
          }
        });
    RunningApi.eventually("the kept event", () -> seen.size() == 1);
    running.control.events.publish("worker.exited", "api", "not for web", Map.of());
    running.control.events.publish("worker.exited", "web", "two", Map.of());
    RunningApi.eventually("the new event", () -> seen.size() == 2);
    running.api.close();
    over.get(10, TimeUnit.SECONDS);

    assertThat(seen).extracting(EventResource::message).containsExactly("one", "two");
    assertThat(seen.getFirst().data()).isEqualTo(Map.of("slot", "0"));
  }

  @Test
  void readsTheKeptEvents() throws Exception {
    running.control.events.publish("worker.exited", "web", "one", Map.of());
    running.control.events.publish("worker.exited", "web", "two", Map.of());

    List<EventResource> all = client.recentEvents(null, null).value();
    assertThat(all).extracting(EventResource::message).containsExactly("one", "two");
    assertThat(client.recentEvents("web", all.getFirst().id()).value())
        .extracting(EventResource::message)
        .containsExactly("two");
  }

  @Test
  void refusesToFollowAnUnknownApp() {
    assertThatThrownBy(() -> client.events("nope", null, _ -> {}))
        .isInstanceOf(ApiProblem.class)
        .hasMessageStartingWith("app.unknown");
  }

  @Test
  void saysThatNoAgentAnswersAtASocket() throws Exception {
    Path nowhere = directory.resolve("no.sock");
    try (ApiClient lost = ApiClient.connect(new Target.Socket(nowhere))) {
      assertThatThrownBy(lost::apps)
          .isInstanceOf(IOException.class)
          .hasMessage(
              "no agent answers at "
                  + nowhere
                  + ": is it running? systemctl status pointsman (there is no such socket)");
    }
  }

  @Test
  void saysThatASocketIsLeftOver() throws Exception {
    Path stale = directory.resolve("stale.sock");
    try (var channel =
        java.nio.channels.ServerSocketChannel.open(java.net.StandardProtocolFamily.UNIX)) {
      channel.bind(java.net.UnixDomainSocketAddress.of(stale));
    }
    try (ApiClient lost = ApiClient.connect(new Target.Socket(stale))) {
      assertThatThrownBy(lost::apps)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no agent answers at " + stale)
          .hasMessageContaining("Connection refused");
    }
  }

  @Test
  void saysThatNoAgentAnswersAtAnAddress() throws Exception {
    int port;
    try (ServerSocket taken = new ServerSocket(0)) {
      port = taken.getLocalPort();
    }
    URI base = URI.create("http://127.0.0.1:" + port);
    try (ApiClient lost = ApiClient.connect(new Target.Url(base, Optional.empty()))) {
      assertThatThrownBy(lost::apps)
          .isInstanceOf(IOException.class)
          .hasMessageContaining("no agent answers at " + base);
    }
  }

  @Test
  void saysThatSomebodyElseAnswers() throws Exception {
    try (ServerSocket server = new ServerSocket(0)) {
      Thread.ofVirtual()
          .start(() -> {
            try (var connection = server.accept()) {
              connection.getInputStream().read(new byte[4096]);
              connection
                  .getOutputStream()
                  .write(
                      "HTTP/1.1 502 Bad Gateway\r\nContent-Length: 6\r\n\r\n<html>"
                          .getBytes(StandardCharsets.US_ASCII));
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      URI base = URI.create("http://127.0.0.1:" + server.getLocalPort());
      try (ApiClient lost = ApiClient.connect(new Target.Url(base, Optional.empty()))) {
        assertThatThrownBy(lost::apps)
            .isInstanceOf(IOException.class)
            .hasMessageContaining(base + " answered 502 Bad Gateway, and not as an agent does");
      }
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"ftp://x", "http://x/path", "http:///", "x", "http://h?q=1"})
  void takesOnlyTheAddressOfAnAgent(String base) {
    assertThatThrownBy(() -> new Target.Url(URI.create(base), Optional.empty()))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("http://127.0.0.1:7787");
  }
}
