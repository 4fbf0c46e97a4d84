package dev.pointsman.agent.health;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * One {@code GET}: passed when a status from 200 to 399 comes before the timeout. Each probe is a
 * connection of its own; no more than the first 4 KiB of an answer are read.
 */
public final class HttpProbe {
  private static final int READ_AT_MOST = 4096;
  private static final Pattern STATUS_LINE =
      Pattern.compile("HTTP/1\\.[01] ([0-9]{3})[^\r\n]*\r\n");

  private static final String END_OF_HEAD = "\r\n\r\n";
  private static final Pattern CONTENT_LENGTH =
      Pattern.compile("(?i)\r\ncontent-length: *([0-9]{1,9})\r\n");
  private static final Pattern CHUNKED = Pattern.compile("(?i)\r\ntransfer-encoding: *chunked\r\n");

  private HttpProbe() {}

  /** Asks for {@code path} through a unix socket; blocks for {@code timeout} at most. */
  public static ProbeResult get(Path socket, String path, Duration timeout)
      throws InterruptedException {
    return get(UnixDomainSocketAddress.of(socket), path, timeout);
  }

  /** Asks for {@code path} at {@code address}; blocks for {@code timeout} at most. */
  public static ProbeResult get(SocketAddress address, String path, Duration timeout)
      throws InterruptedException {
    long start = System.nanoTime();
    ByteBuffer answer = ByteBuffer.allocate(READ_AT_MOST);
    try (SocketChannel channel = Deadline.open(address);
        Deadline _ = Deadline.closing(channel, timeout)) {
      channel.connect(address);
      exchange(channel, path, answer);
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("stopped while probing " + address);
      }
      return broken(e, answer, start, timeout);
    }
    return judge(text(answer), millisSince(start));
  }

  /** A status that came in time counts, whatever became of the rest. */
  private static ProbeResult broken(
      IOException cause, ByteBuffer answer, long start, Duration timeout) {
    String text = text(answer);
    if (text.contains(END_OF_HEAD) && STATUS_LINE.matcher(text).lookingAt()) {
      return judge(text, millisSince(start));
    }
    return new ProbeResult(
        false,
        Deadline.words(cause, timeout)
            + (cause instanceof ClosedChannelException && !text.isEmpty()
                ? ", only: " + Shown.line(text)
                : ""));
  }

  private static long millisSince(long start) {
    return (System.nanoTime() - start) / 1_000_000;
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

  /** Whether all of the answer is here, as far as its head tells. */
  private static boolean isComplete(String text) {
    int end = text.indexOf(END_OF_HEAD);
    if (end < 0) {
      return false;
    }
    String head = text.substring(0, end + 2);
    if (CHUNKED.matcher(head).find()) {
      return text.endsWith("\r\n0\r\n\r\n");
    }
    Matcher length = CONTENT_LENGTH.matcher(head);
    return length.find()
        && text.length() - end - END_OF_HEAD.length() >= Integer.parseInt(length.group(1));
  }

  private static ProbeResult judge(String text, long millis) {
    Matcher status = STATUS_LINE.matcher(text);
    if (!status.lookingAt()) {
      return new ProbeResult(
          false,
          text.isEmpty()
              ? "connection closed without an answer"
              : "not an HTTP answer: " + Shown.line(text));
    }
    int code = Integer.parseInt(status.group(1));
    boolean passed = code >= 200 && code <= 399;
    int head = text.indexOf(END_OF_HEAD);
    String body = head < 0 ? "" : Shown.line(text.substring(head + 4));
    return new ProbeResult(
        passed, code + " in " + millis + " ms" + (passed || body.isEmpty() ? "" : ": " + body));
  }

  private static String text(ByteBuffer answer) {
    return ISO_8859_1.decode(answer.duplicate().flip()).toString();
  }
}
