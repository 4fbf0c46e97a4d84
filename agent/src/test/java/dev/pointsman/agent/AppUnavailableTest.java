package dev.pointsman.agent;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.config.HostFacts;
import dev.pointsman.agent.deployment.Standing.Halted;
import dev.pointsman.agent.journal.EventLog;
import dev.pointsman.agent.listen.SharedSocket;
import dev.pointsman.agent.process.Eventually;
import dev.pointsman.agent.sorry.SorryServer;
import dev.pointsman.agent.worker.Acceptance;
import dev.pointsman.protocol.api.EventResource;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What is told while the agent answers 503: an alarm only where workers are to be there. */
@Timeout(60)
final class AppUnavailableTest {
  private static final Instant AT = Instant.parse("2026-11-23T05:00:00Z");

  @TempDir Path temp;
  private final EventLog events = new EventLog(Clock.systemUTC());
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private final AtomicReference<Acceptance.Listener> acceptance = new AtomicReference<>();
  private @Nullable Halted stopped;
  private boolean deployed = true;
  private SharedSocket shared;
  private SorryServer server;
  private AppUnavailable unavailable;

  @BeforeEach
  void begin() throws Exception {
    log.start();
    logger().setLevel(Level.INFO);
    logger().addAppender(log);
    shared = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 16);
    server = SorryServer.start();
    unavailable =
        new AppUnavailable(
            config(),
            server,
            events,
            Clock.systemUTC(),
            () -> Absence.of("web", stopped, deployed));
  }

  @AfterEach
  void end() throws Exception {
    logger().detachAppender(log);
    logger().setLevel(null); // As its parent's.
    unavailable.close();
    server.close();
    shared.close();
  }

  private static Logger logger() {
    return (Logger) LoggerFactory.getLogger(AppUnavailable.class);
  }

  private AppConfig config() throws Exception {
    Files.createDirectories(temp.resolve("apps.d"));
    Files.writeString(temp.resolve("allowed_signers"), "");
    Files.writeString(temp.resolve("agent.toml"), "");
    Files.writeString(
        temp.resolve("apps.d/web.toml"),
        "port = 3000\nunavailable_after = \"0s\"\n[trust]\nrequire = [\"1 of ci@web\"]\n");
    return ConfigReader.read(temp.resolve("agent.toml"), new HostFacts("web-1", "linux/amd64"))
        .apps()
        .getFirst();
  }

  private void awaitAnswering() throws Exception {
    unavailable.watch(List.of(shared.descriptor()), acceptance::set);
    Eventually.until("the event is told", () -> !events.since(null).isEmpty());
    assertThat(unavailable.isAnswering()).isTrue();
  }

  private ILoggingEvent logged() {
    assertThat(log.list).hasSize(1);
    return log.list.getFirst();
  }

  private EventResource told() {
    assertThat(events.since(null)).hasSize(1);
    return events.since(null).getFirst();
  }

  @Test
  void workersThatAreToBeThereAndAreNotAreAnError() throws Exception {
    awaitAnswering();

    assertThat(logged().getLevel()).isEqualTo(Level.ERROR);
    assertThat(logged().getFormattedMessage())
        .isEqualTo("No worker accepts: the agent answers 503. app=web");
    assertThat(told().type()).isEqualTo("app.unavailable");
    assertThat(unavailable.notice().orElseThrow())
        .startsWith("No worker accepts since before ")
        .contains("the agent answers requests with 503. Look at the workers' last exits");
  }

  @Test
  void anAppThatWasNeverDeployedIsNoError() throws Exception {
    deployed = false;
    awaitAnswering();

    assertThat(logged().getLevel()).isEqualTo(Level.INFO);
    assertThat(logged().getFormattedMessage())
        .isEqualTo("Nothing is deployed yet: the agent answers 503. app=web");
    assertThat(told().message()).startsWith("Nothing is deployed yet: ");
    assertThat(unavailable.notice())
        .contains(
            "Nothing is deployed yet: the agent answers requests with 503. Deploy a release:"
                + " pointsman push --deploy DIR.");
  }

  @Test
  void anAppThatWasStoppedSaysByWhomAndHowToStartIt() throws Exception {
    stopped = new Halted("ci", AT);
    awaitAnswering();

    assertThat(logged().getLevel()).isEqualTo(Level.INFO);
    assertThat(told().message()).startsWith("The app was stopped by ci at 2026-11-23T05:00:00Z: ");
    assertThat(unavailable.notice())
        .contains(
            "The app was stopped by ci at 2026-11-23T05:00:00Z: the agent answers requests with"
                + " 503. To have it serve again: pointsman start web.");
  }

  @Test
  void whileAWorkerMayAcceptTheOutageGoesOnAndNobodyIsAnswered() throws Exception {
    awaitAnswering();

    acceptance.get().changed(Acceptance.UNKNOWN);
    try (Socket client = ask()) {
      client.setSoTimeout(300);
      InputStream answer = client.getInputStream();
      assertThatThrownBy(answer::read).isInstanceOf(SocketTimeoutException.class);
      assertThat(unavailable.isAnswering()).isTrue();
      assertThat(events.since(null)).hasSize(1);

      acceptance.get().changed(Acceptance.NONE);
      client.setSoTimeout(20_000);
      assertThat(new String(answer.readAllBytes(), US_ASCII)).startsWith("HTTP/1.1 503 ");
    }
  }

  @Test
  void socketsThatAreWatchedAnewEndTheAnswerAndKeepTheCount() throws Exception {
    awaitAnswering();
    try (Socket client = ask()) {
      assertThat(client.getInputStream().readAllBytes()).isNotEmpty();
    }
    Eventually.until("it is counted", () -> unavailable.answered() == 1);

    unavailable.watch(List.of(shared.descriptor()), listener -> listener.changed(Acceptance.SOME));

    assertThat(unavailable.isAnswering()).isFalse();
    assertThat(unavailable.notice()).isEmpty();
    assertThat(unavailable.answered()).isEqualTo(1);
    assertThat(events.since(null).getLast().type()).isEqualTo("app.available");
    assertThat(events.since(null).getLast().data()).containsEntry("answered", "1");
  }

  @Test
  void closingEndsTheAnswer() throws Exception {
    awaitAnswering();

    unavailable.close();

    assertThat(unavailable.isAnswering()).isFalse();
    assertThat(events.since(null))
        .extracting(EventResource::type)
        .containsExactly("app.unavailable", "app.available");
    unavailable.close();
    assertThat(events.since(null)).as("told once").hasSize(2);
  }

  private Socket ask() throws Exception {
    Socket client = new Socket();
    client.connect(new InetSocketAddress("127.0.0.1", shared.endpoint().port()), 10_000);
    client.setSoTimeout(20_000);
    client.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(US_ASCII));
    return client;
  }

  @Test
  void whatIsSaidGoesWithTheStateOfTheMomentAndEndsWithTheFirstWorker() throws Exception {
    deployed = false;
    awaitAnswering();

    deployed = true;
    assertThat(unavailable.notice().orElseThrow()).startsWith("No worker accepts since before ");

    acceptance.get().changed(Acceptance.SOME);
    assertThat(unavailable.isAnswering()).isFalse();
    assertThat(unavailable.notice()).isEmpty();
    assertThat(events.since(null).getLast().type()).isEqualTo("app.available");
  }
}
