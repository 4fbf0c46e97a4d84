package dev.pointsman.agent.http;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.Socket;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Uploads where the agent has little patience. */
class SlowUploadsTest {
  @TempDir Path directory;
  private RunningApi running;

  @BeforeEach
  void start() throws Exception {
    HttpLimits d = HttpLimits.DEFAULT;
    Pace.Rule impatient = new Pace.Rule(Duration.ofMillis(600), Duration.ofMillis(1500), 16 << 10);
    running =
        new RunningApi(
            directory,
            new HttpLimits(
                d.connections(),
                d.followers(),
                d.idle(),
                d.header(),
                d.request(),
                d.upload(),
                impatient,
                d.small(),
                d.drain(),
                Duration.ofSeconds(1),
                d.longPoll(),
                d.heartbeat(),
                d.queue(),
                d.refusals()));
  }

  @AfterEach
  void stop() throws Exception {
    running.close();
  }

  @Test
  void givesUpOnAClientThatSendsNothing() throws Exception {
    try (Socket connection = running.connect()) {
      UploadsTest.head(connection, "Content-Length: 100");
      connection.getOutputStream().write(new byte[50]);

      String answer = UploadsTest.read(connection.getInputStream());

      assertThat(answer).startsWith("HTTP/1.1 408").contains("http.slow", "50 bytes so far");
    }
  }

  @Test
  void givesUpOnAClientThatDripsBytes() throws Exception {
    try (Socket connection = running.connect()) {
      UploadsTest.head(connection, "Transfer-Encoding: chunked");
      CompletableFuture<String> answer =
          CompletableFuture.supplyAsync(() -> {
            try {
              return UploadsTest.read(connection.getInputStream());
            } catch (IOException e) {
              throw new AssertionError(e);
            }
          });
      long deadline = System.nanoTime() + Duration.ofSeconds(15).toNanos();
      try {
        while (!answer.isDone() && System.nanoTime() < deadline) {
          connection.getOutputStream().write("1\r\nx\r\n".getBytes(StandardCharsets.US_ASCII));
          Thread.sleep(50);
        }
      } catch (IOException _) {
        // Closed by the agent: its answer is checked below.
      }

      assertThat(answer.get(5, TimeUnit.SECONDS)).startsWith("HTTP/1.1 408").contains("http.slow");
    }
  }

  @Test
  void doesNotBlameTheClientForASlowDisk() throws Exception {
    running.control.reception =
        (app, release, body) -> {
          byte[] chunk = body.readNBytes(1000);
          Thread.sleep(2_500); // Longer than the sender may be silent.
          return FakeControl.staged(app, release, chunk.length + FakeControl.drain(body));
        };

    HttpResponse<String> response =
        running.send(
            running
                .request("/v1/apps/web/releases/r43", RunningApi.DEPLOYER)
                .header("Content-Type", "application/x-tar")
                .PUT(HttpRequest.BodyPublishers.ofString("x".repeat(100_000))));

    assertThat(response.body()).contains("\"newBytes\":100000");
  }
}
