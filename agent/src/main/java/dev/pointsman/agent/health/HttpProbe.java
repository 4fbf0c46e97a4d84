package dev.pointsman.agent.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.AsynchronousCloseException;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One {@code GET} over a unix socket: passed when a status from 200 to 399 comes before the
 * timeout. Each probe is a connection of its own; no more than the first 4 KiB of an answer are
 * read.
 */
public final class HttpProbe {
  private static final int READ_AT_MOST = 4096;
  private static final int SHOWN_AT_MOST = 120;
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.[01] ([0-9]{3})[^\r\n]*\r\n");

  private HttpProbe() {}

  /** Asks for {@code path} through {@code socket}; blocks for {@code timeout} at most. */
  public static ProbeResult get(Path socket, String path, Duration timeout)
      throws InterruptedException {
    long start = System.nanoTime();
    ByteBuffer answer = ByteBuffer.allocate(READ_AT_MOST);
    try (SocketChannel channel = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
      // A read on this kind of channel has no timeout of its own: closing it ends the read.
      Thread deadline =
          Thread.ofVirtual().name("probe-deadline").start(() -> closeAfter(channel, timeout));
      try {
        exchange(channel, path, answer);
      } finally {
        deadline.interrupt();
      }
    } catch (AsynchronousCloseException e) {
      return new ProbeResult(
          false, "no complete answer within " + timeout.toMillis() + " ms" + soFar(answer));
    } catch (ClosedChannelException e) {
      return new ProbeResult(false, "no answer within " + timeout.toMillis() + " ms");
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException();
      }
      return new ProbeResult(false, "connection failed: " + e.getMessage());
    }
    return judge(text(answer), (System.nanoTime() - start) / 1_000_000);
  }

  private static void exchange(SocketChannel channel, String path, ByteBuffer answer)
      throws IOException {
    String request =
        "GET "
            + path
            + " HTTP/1.1\r\nHost: localhost\r\nUser-Agent: pointsman-probe\r\nAccept: */*\r\nConnection: close\r\n\r\n";
    ByteBuffer bytes = ByteBuffer.wrap(request.getBytes(ISO_8859_1));
    while (bytes.hasRemaining()) {
      channel.write(bytes);
    }
    while (answer.hasRemaining() && channel.read(answer) >= 0) {
      if (isComplete(text(answer))) {
        return;
      }
    }
  }

  /** Whether enough was read to judge: the head, and as much of the body as the head announces. */
  private static boolean isComplete(String text) {
    int head = text.indexOf("\r\n\r\n");
    if (head < 0) {
      return false;
    }
    Matcher length =
        Pattern.compile("(?i)\r\ncontent-length: *([0-9]{1,9})\r\n")
            .matcher(text.substring(0, head + 2));
    return length.find() && text.length() - head - 4 >= Integer.parseInt(length.group(1));
  }

  private static ProbeResult judge(String text, long millis) {
    Matcher status = STATUS_LINE.matcher(text);
    if (!status.lookingAt()) {
      return new ProbeResult(
          false,
          text.isEmpty()
              ? "connection closed without an answer"
              : "not an HTTP answer: " + shown(text));
    }
    int code = Integer.parseInt(status.group(1));
    boolean passed = code >= 200 && code <= 399;
    int head = text.indexOf("\r\n\r\n");
    String body = head < 0 ? "" : shown(text.substring(head + 4));
    return new ProbeResult(
        passed, code + " in " + millis + " ms" + (passed || body.isEmpty() ? "" : ": " + body));
  }

  private static String soFar(ByteBuffer answer) {
    return answer.position() == 0 ? "" : ", only: " + shown(text(answer));
  }

  private static String shown(String text) {
    String line = text.replaceAll("[\\p{Cntrl}\\s]+", " ").strip();
    return line.length() > SHOWN_AT_MOST ? line.substring(0, SHOWN_AT_MOST) + "…" : line;
  }

  private static String text(ByteBuffer answer) {
    return ISO_8859_1.decode(answer.duplicate().flip()).toString();
  }

  private static void closeAfter(SocketChannel channel, Duration timeout) {
    try {
      Thread.sleep(timeout);
      channel.close();
    } catch (InterruptedException e) {
      // The answer came in time.
    } catch (IOException e) {
      // Closed is closed: the prober sees it either way.
    }
  }
}
