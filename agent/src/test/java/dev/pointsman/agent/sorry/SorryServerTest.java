package dev.pointsman.agent.sorry;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.Connections;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.listen.SharedSocket;
import dev.pointsman.agent.process.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class SorryServerTest {
  private static final Duration AT_ONCE = Duration.ZERO;
  private static final Duration NOT_IN_THIS_TEST = Duration.ofHours(1);

  private final List<String> told = new CopyOnWriteArrayList<>();
  private final List<Socket> clients = new ArrayList<>();
  private SharedSocket shared;
  private SorryServer server;

  @BeforeEach
  void begin() throws Exception {
    shared = SharedSocket.bind(new Endpoint("127.0.0.1", 0), 512);
    server = SorryServer.start();
  }

  @AfterEach
  void end() throws Exception {
    for (Socket client : clients) {
      client.close();
    }
    server.close();
    shared.close();
  }

  private SorryPort watch(Duration after) throws IOException {
    return server.watch(
        List.of(shared.descriptor()),
        after,
        (answering, answered) -> told.add(answering + " " + answered));
  }

  private Socket connect() throws IOException {
    Socket client = new Socket();
    client.connect(new InetSocketAddress("127.0.0.1", shared.endpoint().port()), 10_000);
    client.setSoTimeout(20_000);
    clients.add(client);
    return client;
  }

  private Socket send(String text) throws IOException {
    Socket client = connect();
    client.getOutputStream().write(text.getBytes(US_ASCII));
    return client;
  }

  private String ask(String text) throws IOException {
    return readAll(send(text));
  }

  private static String readAll(Socket client) throws IOException {
    return new String(client.getInputStream().readAllBytes(), US_ASCII);
  }

  @Test
  void answers503AndCloses() throws Exception {
    SorryPort port = watch(AT_ONCE);

    String answer = ask("GET /a HTTP/1.1\r\nHost: x\r\n\r\n");

    assertThat(answer)
        .startsWith("HTTP/1.1 503 Service Unavailable\r\nRetry-After: 5\r\nConnection: close\r\n")
        .endsWith(
            "\r\n\r\nNo worker of this application accepts requests at the moment. Please try again in a few seconds.\n");
    String body = answer.substring(answer.indexOf("\r\n\r\n") + 4);
    assertThat(answer).contains("\r\nContent-Length: " + body.length() + "\r\n");
    assertThat(told).containsExactly("true 0");
    Eventually.until("it is counted", () -> port.answered() == 1);
  }

  @Test
  void answersHeadWithoutABody() throws Exception {
    watch(AT_ONCE);

    assertThat(ask("HEAD / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 503 ").endsWith("\r\n\r\n");
  }

  @Test
  void answersAnUploadThatIsStillBeingSentWithoutAReset() throws Exception {
    watch(AT_ONCE);
    Socket client = send("POST / HTTP/1.1\r\nContent-Length: 900000\r\n\r\n");
    byte[] part = new byte[9_000];
    for (int i = 0; i < 100; i++) {
      client.getOutputStream().write(part); // A reset would make this, or the reading, fail.
    }

    assertThat(readAll(client)).startsWith("HTTP/1.1 503 ");
  }

  @Test
  void answersARequestThatNeverEndsAfterALimit() throws Exception {
    watch(AT_ONCE);
    long began = System.nanoTime();

    assertThat(ask("GET / HTTP/1.1\r\nHos")).startsWith("HTTP/1.1 503 ");

    assertThat(Duration.ofNanos(System.nanoTime() - began))
        .isGreaterThan(SorryConnection.HEAD_LIMIT.minusMillis(500));
  }

  @Test
  void closesWhatIsNotHttpWithoutAWord() throws Exception {
    watch(AT_ONCE);

    assertThat(ask("\u0016\u0003\u0001\u0002 a TLS hello")).isEmpty();
    assertThat(ask("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n")).isEmpty();
  }

  @Test
  void isSilentUntilNobodyAcceptedForLongEnough() throws Exception {
    watch(Duration.ofMillis(700));
    long began = System.nanoTime();

    assertThat(ask("GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 503 ");

    assertThat(Duration.ofNanos(System.nanoTime() - began)).isGreaterThan(Duration.ofMillis(500));
  }

  @Test
  void takesNothingAnyMoreOnceAWorkerIsLetIn() throws Exception {
    SorryPort port = watch(AT_ONCE);
    Socket begun = send("GET / HT");
    Eventually.until("it is taken", () -> queueLength() == 0);

    port.served(true);
    Socket late = connect();

    // Those it had are finished; what came later is there for the worker.
    begun.getOutputStream().write("TP/1.1\r\n\r\n".getBytes(US_ASCII));
    assertThat(readAll(begun)).startsWith("HTTP/1.1 503 ");
    OptionalInt mine = Connections.accept(shared.descriptor());
    assertThat(mine).isPresent();
    Descriptors.close(mine.getAsInt());
    assertThat(readAll(late)).as("what the stand-in of a worker says").isEmpty();
    assertThat(told).hasSize(2).last().asString().startsWith("false ");
    assertThat(port.isAnswering()).isFalse();
  }

  @Test
  void neverTakesWhileAWorkerAcceptsAndBeginsAgainWhenItIsGone() throws Exception {
    SorryPort port = watch(NOT_IN_THIS_TEST);
    port.served(true);
    Socket client = send("GET / HTTP/1.1\r\n\r\n");
    client.setSoTimeout(300);
    InputStream answer = client.getInputStream();
    assertThatThrownBy(answer::read).isInstanceOf(SocketTimeoutException.class);
    port.close();

    SorryPort again = watch(AT_ONCE);
    again.served(true);
    again.served(false);
    client.setSoTimeout(20_000);
    assertThat(readAll(client)).startsWith("HTTP/1.1 503 ");
  }

  @Test
  void takesNothingWhileAWorkerMayAcceptAndGoesOnWhenThatOneIsGone() throws Exception {
    SorryPort port = watch(AT_ONCE);
    Eventually.until("it answers", port::isAnswering);
    port.perhapsServed();
    Socket client = send("GET / HTTP/1.1\r\n\r\n");
    client.setSoTimeout(300);
    InputStream answer = client.getInputStream();
    assertThatThrownBy(answer::read).isInstanceOf(SocketTimeoutException.class);
    assertThat(queueLength()).as("left for the worker").isEqualTo(1);

    port.served(false);

    client.setSoTimeout(20_000);
    assertThat(readAll(client)).startsWith("HTTP/1.1 503 ");
    assertThat(told).as("one outage, however often a worker begins").containsExactly("true 0");
    Eventually.until("it is counted", () -> port.answered() == 1);
    port.perhapsServed();
    port.served(true);
    assertThat(told).containsExactly("true 0", "false 1");
  }

  @Test
  void answersWhereWorkersBeginAgainAndAgainAndNeverComeUp() throws Exception {
    SorryPort port = watch(Duration.ofMillis(500));
    Eventually.until(
        "answered despite all the beginnings",
        () -> {
          port.perhapsServed();
          port.served(false);
          return port.isAnswering();
        });
    assertThat(told).containsExactly("true 0");
  }

  @Test
  void boundsTheConnectionsThatItTakesAndServesTheOthersAfterwards() throws Exception {
    SorryPort port = watch(AT_ONCE);
    List<Socket> idle = new ArrayList<>();
    for (int i = 0; i < SorryServer.MOST_CONNECTIONS; i++) {
      idle.add(send("G"));
    }
    Eventually.until("they are taken", () -> queueLength() == 0);
    int before = descriptors();
    Socket oneMore = send("GET / HTTP/1.1\r\n\r\n");

    assertThat(queueLength()).as("left in the kernel's queue").isEqualTo(1);
    assertThat(descriptors()).isLessThanOrEqualTo(before + 1); // The client's own end.
    idle.getFirst().close();

    assertThat(readAll(oneMore)).startsWith("HTTP/1.1 503 ");
    Eventually.until("it alone is counted", () -> port.answered() == 1);
  }

  @Test
  void leavesNoDescriptorBehind() throws Exception {
    watch(AT_ONCE);
    ask("GET / HTTP/1.1\r\n\r\n"); // Whatever is opened once is open.
    clients.removeLast().close();
    int before = descriptors();
    for (int i = 0; i < 300; i++) {
      try (Socket client = send(i % 3 == 0 ? "nonsense" : "GET / HTTP/1.1\r\n\r\n")) {
        readAll(client);
      }
      clients.clear();
    }

    Eventually.until("all are closed", () -> descriptors() <= before);
  }

  /** Connections that wait to be accepted, which the kernel shows as what can be read. */
  private long queueLength() throws IOException {
    String local = String.format("0100007F:%04X", shared.endpoint().port());
    return Files.readAllLines(Path.of("/proc/net/tcp")).stream()
        .map(line -> line.strip().split("\\s+"))
        .filter(fields -> fields[1].equals(local) && fields[3].equals("0A"))
        .mapToLong(fields -> Long.parseLong(fields[4].split(":")[1], 16))
        .sum();
  }

  private static int descriptors() throws IOException {
    try (Stream<Path> all = Files.list(Path.of("/proc/self/fd"))) {
      return (int) all.count();
    }
  }
}
