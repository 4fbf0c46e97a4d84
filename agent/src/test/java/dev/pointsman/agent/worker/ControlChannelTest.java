package dev.pointsman.agent.worker;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
final class ControlChannelTest {
  private static final String READY = "{\"pid\":42,\"ready\":true}\n";

  @TempDir Path directory;
  private final List<ControlStatus> seen = new CopyOnWriteArrayList<>();
  private @Nullable ControlChannel channel;

  private Path socket() {
    return directory.resolve("ctl.sock");
  }

  private ControlChannel connecting() {
    channel = new ControlChannel(socket(), (was, is) -> seen.add(is));
    channel.start();
    return channel;
  }

  @AfterEach
  void close() {
    if (channel != null) {
      channel.close();
    }
  }

  /** The worker's end. */
  private final class Worker implements AutoCloseable {
    private final ServerSocketChannel server;
    private SocketChannel connection;

    Worker() throws IOException {
      server = ServerSocketChannel.open(StandardProtocolFamily.UNIX);
      server.bind(UnixDomainSocketAddress.of(socket()));
      connection = server.accept();
    }

    void acceptAgain() throws IOException {
      connection.close();
      connection = server.accept();
    }

    void say(String text) throws IOException {
      ByteBuffer bytes = ByteBuffer.wrap(text.getBytes(UTF_8));
      while (bytes.hasRemaining()) {
        connection.write(bytes);
      }
    }

    /** Up to the next end of a line; "(end)" where the agent has hung up. */
    String hear() throws IOException {
      StringBuilder line = new StringBuilder();
      ByteBuffer one = ByteBuffer.allocate(1);
      while (connection.read(one.clear()) > 0) {
        char next = (char) one.get(0);
        if (next == '\n') {
          return line.toString();
        }
        line.append(next);
      }
      return "(end)";
    }

    @Override
    public void close() throws IOException {
      connection.close();
      server.close();
      Files.delete(socket());
    }
  }

  @Test
  void connectsOnceTheWorkerIsThereAndSaysWhatStands() throws Exception {
    ControlChannel it = connecting();
    it.order("accept");
    assertThat(it.say("status")).as("nobody can hear it yet").isFalse();
    try (Worker worker = new Worker()) {
      assertThat(worker.hear()).isEqualTo("accept");
      worker.say(READY);
      Await.until("the status", () -> it.status().ready());
      assertThat(it.status().pid()).isEqualTo(42);
      it.order("drain 1000 200");
      assertThat(worker.hear()).isEqualTo("drain 1000 200");
    }
  }

  @Test
  void repeatsOnlyWhatStandsAfterABreak() throws Exception {
    ControlChannel it = connecting();
    try (Worker worker = new Worker()) {
      worker.say(READY);
      Await.until("the status", () -> it.status().ready());
      it.order("accept");
      it.order("drain 1 2");
      worker.acceptAgain();
      assertThat(worker.hear()).isEqualTo("drain 1 2");
    }
  }

  @Test
  void putsLinesTogetherFromPieces() throws Exception {
    ControlChannel it = connecting();
    try (Worker worker = new Worker()) {
      for (char piece : READY.toCharArray()) {
        worker.say(String.valueOf(piece));
      }
      worker.say(READY + READY + "{\"pid\":4");
      Await.until("three", () -> seen.size() == 3);
      worker.say("3}\n");
      Await.until("the fourth", () -> it.status().pid() == 43);
    }
  }

  @Test
  void survivesWhatIsNoStatus() throws Exception {
    ControlChannel it = connecting();
    try (Worker worker = new Worker()) {
      worker.say("null\n\nhello\n[]\n{\"pid\":\"x\"}\n" + READY);
      Await.until("the status after all that", () -> it.status().ready());
    }
  }

  @Test
  void hangsUpOnALineWithoutEndAndComesBack() throws Exception {
    connecting();
    try (Worker worker = new Worker()) {
      worker.say("x".repeat(20_000));
      assertThat(worker.hear()).isEqualTo("(end)");
      worker.acceptAgain();
      worker.say(READY);
      Await.until("the status", () -> !seen.isEmpty());
    }
  }

  @Test
  void closingEndsItsThreadAndItsConnection() throws Exception {
    ControlChannel it = connecting();
    try (Worker worker = new Worker()) {
      worker.say(READY);
      Await.until("the status", () -> it.status().ready());
      it.close();
      assertThat(worker.hear()).isEqualTo("(end)");
      Await.until("no thread", it::isOver);
    }
  }

  @Test
  void closingEndsItWhileThereIsNobodyToConnectTo() throws Exception {
    ControlChannel it = connecting();
    it.close();
    Await.until("no thread", it::isOver);
  }
}
