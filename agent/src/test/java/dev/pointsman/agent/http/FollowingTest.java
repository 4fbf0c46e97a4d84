package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FollowingTest {
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
                3,
                d.idle(),
                d.header(),
                d.request(),
                d.upload(),
                d.pace(),
                d.small(),
                d.drain(),
                d.linger(),
                d.longPoll(),
                Duration.ofMillis(100),
                512,
                d.refusals()));
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  /** A raw event stream. */
  private final class Stream implements AutoCloseable {
    final Socket connection = running.connect();
    final BufferedReader lines =
        new BufferedReader(
            new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));

    Stream(String path, String... headers) throws IOException {
      String head =
          "GET "
              + path
              + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
              + RunningApi.ADMIN
              + "\r\nAccept: text/event-stream\r\n"
              + String.join("", List.of(headers).stream().map(h -> h + "\r\n").toList())
              + "\r\n";
      connection.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    }

    /** The next line that begins so. */
    String next(String start) throws IOException {
      for (String line = lines.readLine(); line != null; line = lines.readLine()) {
        if (line.startsWith(start)) {
          return line;
        }
      }
      throw new IOException("the stream ended before a line '" + start + "'");
    }

    List<String> messages(int count) throws IOException {
      List<String> messages = new ArrayList<>();
      for (int i = 0; i < count; i++) {
        String data = next("data: ");
        messages.add(data.replaceAll(".*\"message\":\"([^\"]*)\".*", "$1"));
      }
      return messages;
    }

    @Override
    public void close() throws IOException {
      connection.close();
    }
  }

  private void publish(String app, String message) {
    running.control.events.publish("worker.exited", app, message, Map.of("slot", "0"));
  }

  @Test
  void tellsWhatHappensFromNowOn() throws Exception {
    publish("web", "before");
    try (Stream stream = new Stream("/v1/events")) {
      assertThat(stream.next("HTTP/1.1")).contains("200");
      assertThat(stream.next("content-type")).contains("text/event-stream");
      stream.next("retry: ");
      publish("web", "one");
      publish("api", "two");

      assertThat(stream.messages(2)).containsExactly("one", "two");
    }
  }

  @Test
  void namesEachEventSoThatAFollowerCanComeBack() throws Exception {
    String id;
    try (Stream stream = new Stream("/v1/events")) {
      stream.next("retry: ");
      publish("web", "one");
      id = stream.next("id: ").substring(4);
    }
    publish("web", "two");
    publish("web", "three");

    try (Stream back = new Stream("/v1/events", "Last-Event-ID: " + id)) {
      assertThat(back.messages(2)).containsExactly("two", "three");
      publish("web", "four");
      assertThat(back.messages(1)).containsExactly("four");
    }
    try (Stream back = new Stream("/v1/events?since=" + id)) {
      assertThat(back.messages(3)).containsExactly("two", "three", "four");
    }
  }

  @Test
  void losesAndRepeatsNothingWhileEventsPourIn() throws Exception {
    publish("web", "0");
    Thread publisher =
        Thread.ofVirtual()
            .start(() -> {
              for (int i = 1; i < 400; i++) {
                publish("web", Integer.toString(i));
                java.util.concurrent.locks.LockSupport.parkNanos(100_000);
              }
            });
    List<String> all = new ArrayList<>();
    for (int i = 0; i < 400; i++) {
      all.add(Integer.toString(i));
    }
    try (Stream stream = new Stream("/v1/events?since=0")) {
      assertThat(stream.messages(400)).isEqualTo(all);
    }
    publisher.join();
  }

  @Test
  void tellsOfOneAppOnly() throws Exception {
    try (Stream stream = new Stream("/v1/events?app=web&since=0")) {
      stream.next("retry: ");
      publish("api", "no");
      running.control.events.publish("agent.started", null, "no", Map.of());
      publish("web", "yes");

      assertThat(stream.messages(1)).containsExactly("yes");
    }
  }

  @Test
  void givesASignOfLife() throws Exception {
    try (Stream stream = new Stream("/v1/events")) {
      assertThat(stream.next(":")).isEqualTo(": still here");
      assertThat(stream.next(":")).isEqualTo(": still here");
    }
  }

  @Test
  void givesTheKeptEventsAsJson() throws Exception {
    publish("web", "one");
    publish("web", "two");

    HttpResponse<String> response =
        running.send(
            running.request("/v1/events", RunningApi.ADMIN).header("Accept", "application/json"));

    assertThat(response.statusCode()).isEqualTo(200);
    assertThat(
            Json.tree(response.body().getBytes(StandardCharsets.UTF_8))
                .path("events")
                .findValuesAsText("message"))
        .containsExactly("one", "two");
  }

  @Test
  void forgetsAFollowerThatHasGone() throws Exception {
    try (Stream stream = new Stream("/v1/events")) {
      stream.next("retry: ");
      RunningApi.eventually("one follower", () -> running.control.followers == 1);
    }
    RunningApi.eventually("no follower", () -> running.control.followers == 0);
    assertThat(running.api.followers()).isZero();
  }

  @Test
  void cutsOffAFollowerThatDoesNotRead() throws Exception {
    try (Stream stream = new Stream("/v1/events")) {
      stream.next("retry: ");
      String large = "x".repeat(100_000);

      RunningApi.eventually(
          "the follower is cut off",
          () -> {
            for (int i = 0; i < 50; i++) {
              publish("web", large);
            }
            return running.control.followers == 0;
          });
    }
  }

  @Test
  void refusesMoreFollowersThanItCanBear() throws Exception {
    try (Stream one = new Stream("/v1/events");
        Stream two = new Stream("/v1/events");
        Stream three = new Stream("/v1/events")) {
      one.next("retry: ");
      two.next("retry: ");
      three.next("retry: ");

      HttpResponse<String> response = running.get("/v1/events", RunningApi.ADMIN);

      assertThat(response.statusCode()).isEqualTo(429);
      assertThat(response.headers().firstValue("retry-after")).isPresent();
    }
  }

  @Test
  void stopsInSpiteOfAFollowerThatDoesNotRead() throws Exception {
    try (Stream stream = new Stream("/v1/events")) {
      stream.next("retry: ");
      String large = "x".repeat(100_000);
      for (int i = 0; i < 200; i++) {
        publish("web", large);
      }

      running.api.close();

      assertThat(running.control.followers).isZero();
    }
  }

  @Test
  void endsStreamsCleanlyWhenTheAgentStops() throws Exception {
    try (Stream stream = new Stream("/v1/events")) {
      stream.next("retry: ");
      publish("web", "last");
      running.api.close();

      String rest = String.join("\n", stream.lines.lines().toList());
      assertThat(rest).contains("last").endsWith("0\n"); // The chunk that ends the body.
    }
  }
}
