package dev.pointsman.agent.sorry;

import dev.pointsman.agent.linux.Connections;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Poll;
import dev.pointsman.agent.linux.Poll.Interest;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One client that is told that nobody is there: its request's head is read, the answer sent, and
 * what it still sends is thrown away until it closes, because closing over unread bytes would reset
 * the connection and could take the answer away from it. The thread's own.
 */
final class SorryConnection {
  static final Duration HEAD_LIMIT = Duration.ofSeconds(5);
  static final Duration FAREWELL_LIMIT = Duration.ofSeconds(2);

  /** What is read and thrown away at most after the answer. */
  static final int MOST_IGNORED = 1 << 20;

  private static final Logger LOG = LoggerFactory.getLogger(SorryConnection.class);
  private static final String BODY =
      "No worker of this application accepts requests at the moment. Please try again in a few"
          + " seconds.\n";
  private static final String HEAD =
      "HTTP/1.1 503 Service Unavailable\r\n"
          + "Retry-After: "
          + SorryServer.RETRY_AFTER_SECONDS
          + "\r\n"
          + "Connection: close\r\n"
          + "Cache-Control: no-store\r\n"
          + "Content-Type: text/plain; charset=utf-8\r\n"
          + "Content-Length: "
          + BODY.length()
          + "\r\n\r\n";
  private static final ByteBuffer ANSWER = direct(HEAD + BODY);

  private final int descriptor;
  private final RequestHead head = new RequestHead();
  private ByteBuffer unsent = ANSWER.duplicate().limit(0);
  private boolean answering;
  private boolean leaving;
  private int ignored;
  private long deadline;

  SorryConnection(int descriptor, long now) {
    this.descriptor = descriptor;
    this.deadline = now + HEAD_LIMIT.toNanos();
  }

  Interest interest() {
    return new Interest(descriptor, unsent.hasRemaining() ? Poll.OUT : Poll.IN);
  }

  long deadline() {
    return deadline;
  }

  /** What became of it. */
  enum Progress {
    OPEN,
    /** Open; the answer was sent in full just now. */
    ANSWERED,
    CLOSED
  }

  /** Goes on as far as that is possible without waiting; {@code scratch}: a direct buffer. */
  Progress goOn(ByteBuffer scratch, long now) {
    try {
      if (now - deadline >= 0) {
        return late(now);
      }
      return unsent.hasRemaining() ? send(now) : read(scratch, now);
    } catch (LinuxException e) {
      LOG.debug("A client that was to be told 503 is gone: {}", e.getMessage());
      return close();
    }
  }

  private Progress read(ByteBuffer scratch, long now) throws LinuxException {
    scratch.clear();
    int count = Connections.receive(descriptor, scratch);
    if (count == Connections.END) {
      return close();
    }
    if (leaving) {
      ignored += count;
      return ignored > MOST_IGNORED ? close() : Progress.OPEN;
    }
    return switch (head.take(scratch.flip())) {
      case UNFINISHED -> Progress.OPEN;
      case COMPLETE -> answer(now);
      case FOREIGN -> leave(now);
    };
  }

  /** Too slow: who has begun a request is answered nevertheless, who is told already is let go. */
  private Progress late(long now) throws LinuxException {
    return answering || leaving || !head.hasBegun() ? close() : answer(now);
  }

  private Progress answer(long now) throws LinuxException {
    answering = true;
    deadline = now + FAREWELL_LIMIT.toNanos();
    unsent = ANSWER.duplicate();
    if (head.wantsNoBody()) {
      unsent.limit(HEAD.length());
    }
    return send(now);
  }

  private Progress send(long now) throws LinuxException {
    Connections.send(descriptor, unsent);
    if (unsent.hasRemaining()) {
      return Progress.OPEN;
    }
    leave(now);
    return Progress.ANSWERED;
  }

  private Progress leave(long now) throws LinuxException {
    leaving = true;
    deadline = now + FAREWELL_LIMIT.toNanos();
    Connections.endOutput(descriptor);
    return Progress.OPEN;
  }

  /** Closes it, whatever it is doing. */
  Progress close() {
    try {
      Descriptors.close(descriptor);
    } catch (LinuxException e) {
      LOG.warn("A connection that was told 503 could not be closed: {}", e.getMessage());
    }
    return Progress.CLOSED;
  }

  private static ByteBuffer direct(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
    return ByteBuffer.allocateDirect(bytes.length).put(bytes).flip();
  }
}
