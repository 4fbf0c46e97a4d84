package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.logs.LogQuery;
import dev.pointsman.protocol.api.LogLineResource;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.net.Socket;
import java.net.SocketException;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.AbstractList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.locks.LockSupport;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(30)
class LogsTest {
  private static final Instant AT = Instant.parse("2026-11-22T18:45:07.123Z");

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
                2,
                d.idle(),
                d.header(),
                Duration.ofSeconds(1),
                d.upload(),
                d.pace(),
                d.small(),
                d.drain(),
                d.linger(),
                d.longPoll(),
                d.heartbeat(),
                d.queue(),
                d.refusals()));
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  private HttpResponse<String> get(String query) throws Exception {
    return running.get("/v1/apps/web/logs" + query, RunningApi.ADMIN);
  }

  private static LogLineResource line(int slot, String text) {
    return new LogLineResource(AT, slot, "1.1.1", "r1", "abcd", text);
  }

  private Socket follow(String query) throws Exception {
    Socket connection = running.connect();
    String head =
        "GET /v1/apps/web/logs?follow=true"
            + query
            + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer "
            + RunningApi.ADMIN
            + "\r\n\r\n";
    connection.getOutputStream().write(head.getBytes(StandardCharsets.US_ASCII));
    return connection;
  }

  private static BufferedReader reader(Socket connection) throws Exception {
    return new BufferedReader(
        new InputStreamReader(connection.getInputStream(), StandardCharsets.UTF_8));
  }

  private static String next(BufferedReader lines, String part) throws Exception {
    for (String line = lines.readLine(); line != null; line = lines.readLine()) {
      if (line.contains(part)) {
        return line;
      }
    }
    throw new AssertionError("the stream ended before '" + part + "'");
  }

  @Test
  void tellsTheLastLinesAsTextWithWhoWroteThem() throws Exception {
    running.control.recentLogs = List.of(line(0, "one"), line(1, "red \u001b[31m"));

    HttpResponse<String> answer = get("");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("text/plain; charset=utf-8");
    assertThat(answer.body())
        .isEqualTo("2026-11-22T18:45:07Z 0|r1 one\n2026-11-22T18:45:07Z 1|r1 red ?[31m\n");
    assertThat(running.control.logQuery)
        .isEqualTo(
            new LogQuery(
                OptionalInt.empty(), Optional.empty(), Optional.empty(), 100, Optional.empty()));
  }

  @Test
  void readsTheQuestion() throws Exception {
    HttpResponse<String> answer =
        get("?slot=3&release=r1&generation=ab&lines=7&since=2026-01-31T12:00:00Z");

    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(running.control.logQuery)
        .isEqualTo(
            new LogQuery(
                OptionalInt.of(3),
                Optional.of("r1"),
                Optional.of("ab"),
                7,
                Optional.of(Instant.parse("2026-01-31T12:00:00Z"))));
  }

  @Test
  void refusesWhatItCannotRead() throws Exception {
    for (String query :
        List.of(
            "slot=x", "slot=-1", "lines=10001", "lines=", "since=yesterday", "follow=1", "x=1")) {
      HttpResponse<String> answer = get("?" + query);

      assertThat(answer.statusCode()).as(query).isEqualTo(400);
      assertThat(answer.body()).as(query).contains("request.invalid");
    }
    assertThat(running.get("/v1/apps/nope/logs", RunningApi.ADMIN).statusCode()).isEqualTo(404);
  }

  @Test
  void goesOnWithNewLinesUntilTheClientHasGone() throws Exception {
    running.control.recentLogs = List.of(line(0, "before"));
    try (Socket connection = follow("")) {
      BufferedReader lines = reader(connection);
      next(lines, "before");
      running.control.logs.add(List.of(line(0, "one"), line(1, "two")));
      assertThat(next(lines, "one")).endsWith("0|r1 one");
      next(lines, "two");
    }
    // The place is free again, more than once.
    for (int i = 0; i < 5; i++) {
      assertThat(followed("&slot=0", "before")).doesNotContain("|");
    }
  }

  /** The first line with {@code part}, from a place that the one before may still be giving up. */
  private String followed(String query, String part) throws Exception {
    long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
    while (System.nanoTime() - deadline < 0) {
      try (Socket connection = follow(query)) {
        BufferedReader lines = reader(connection);
        String status = lines.readLine();
        if (!status.contains(" 429 ")) {
          assertThat(status).contains(" 200 ");
          return next(lines, part);
        }
      }
    }
    throw new AssertionError("no place was given up");
  }

  @Test
  void cutsOffAClientThatTakesNothing() throws Exception {
    List<LogLineResource> much = List.of(line(0, "x".repeat(60_000)));
    try (Socket connection = follow("")) {
      for (int i = 0; i < 2_000; i++) {
        running.control.logs.add(much);
      }
      // Nothing is read until the agent has stopped asking for more: that long it waits, and then
      // cuts.
      int left = -1;
      while (left != running.control.logs.size()) {
        left = running.control.logs.size();
        LockSupport.parkNanos(Duration.ofMillis(1_500).toNanos());
      }
      assertThat(left).as("batches that were never asked for").isPositive();
      connection.setSoTimeout(20_000);
      boolean cut;
      try {
        cut = connection.getInputStream().readAllBytes().length < 2_000 * 60_000;
      } catch (SocketException e) {
        cut = true; // Reset.
      }
      assertThat(cut).isTrue();
    }
  }

  @Test
  void refusesMoreFollowersThanAllowed() throws Exception {
    try (Socket first = follow("");
        Socket second = follow("")) {
      assertThat(next(reader(first), "HTTP/1.1")).contains("200");
      assertThat(next(reader(second), "HTTP/1.1")).contains("200");
      try (Socket third = follow("")) {
        assertThat(next(reader(third), "HTTP/1.1")).contains("429");
      }
    }
  }

  @Test
  void tellsAFollowerOfABugAndGoesOn() throws Exception {
    running.control.recentLogs =
        new AbstractList<>() {
          @Override
          public LogLineResource get(int index) {
            throw new IllegalStateException("a bug");
          }

          @Override
          public int size() {
            return 1;
          }
        };
    for (int i = 0; i < 4; i++) {
      try (Socket connection = follow("")) {
        assertThat(next(reader(connection), "HTTP/1.1")).contains("500");
      }
    }
    running.control.recentLogs = List.of(line(0, "well"));

    assertThat(get("").body()).endsWith("well\n");
  }
}
