package dev.pointsman.agent.worker;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import dev.pointsman.agent.journal.DiskJson;
import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.file.Path;
import java.time.Duration;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The agent's end of a worker's control socket. The worker is the server, so the channel simply
 * connects again after any break, and repeats the orders that stand. One virtual thread reads; any
 * thread may order.
 */
final class ControlChannel implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(ControlChannel.class);
  private static final int LONGEST_LINE = 16 * 1024;
  private static final Duration RETRY_FIRST = Duration.ofMillis(10);
  private static final Duration RETRY_STARTING = Duration.ofMillis(20);
  private static final int STARTING_TRIES = 500;
  private static final Duration RETRY_LAST = Duration.ofMillis(500);

  private final Path socket;
  private final BiConsumer<ControlStatus, ControlStatus> changed;
  private final Thread reader;
  private volatile ControlStatus status = ControlStatus.UNKNOWN;
  private volatile boolean closed;
  private int tries;
  private final AtomicLong heard = new AtomicLong();
  private @Nullable SocketChannel channel;
  private @Nullable String standing;

  /**
   * Connects to {@code socket} as soon as it is there; {@code changed} is told of every status: the
   * one before, and the new one.
   */
  ControlChannel(Path socket, BiConsumer<ControlStatus, ControlStatus> changed) {
    this.socket = socket;
    this.changed = changed;
    this.reader = Thread.ofVirtual().name("control " + socket).unstarted(this::run);
  }

  /** Begins to connect. */
  void start() {
    reader.start();
  }

  /** Whether it is closed, and its thread has ended. */
  boolean isOver() {
    return closed && !reader.isAlive();
  }

  ControlStatus status() {
    return status;
  }

  /** How many lines the worker has said so far. */
  long heard() {
    return heard.get();
  }

  /**
   * Gives an order that stands until another takes its place: it is repeated after every
   * reconnection.
   */
  synchronized void order(String line) {
    standing = line;
    boolean _ = say(line);
  }

  @Override
  public synchronized void close() {
    closed = true;
    reader.interrupt();
    closeQuietly(channel);
  }

  private void run() {
    Duration pause = RETRY_FIRST;
    while (!closed) {
      try (SocketChannel connected = SocketChannel.open(UnixDomainSocketAddress.of(socket))) {
        greet(connected);
        long before = heard.get();
        try {
          read(connected);
        } finally {
          pause = heard.get() > before ? RETRY_FIRST : pause;
        }
      } catch (IOException e) {
        LOG.debug("No control connection yet. socket={}: {}", socket, e.getMessage());
      }
      try {
        Thread.sleep(pause);
      } catch (InterruptedException e) {
        return; // Closed.
      }
      pause = longer(pause);
    }
  }

  /**
   * A worker that starts is looked for often: the sooner it is found ready, the sooner its slot
   * serves.
   */
  private Duration longer(Duration pause) {
    if (heard.get() == 0 && tries++ < STARTING_TRIES) {
      return RETRY_STARTING;
    }
    return pause.multipliedBy(2).compareTo(RETRY_LAST) > 0 ? RETRY_LAST : pause.multipliedBy(2);
  }

  private synchronized void greet(SocketChannel connected) {
    channel = connected;
    if (standing != null) {
      boolean _ = say(standing);
    }
  }

  private void read(SocketChannel connected) throws IOException {
    ByteBuffer line = ByteBuffer.allocate(LONGEST_LINE);
    ByteBuffer chunk = ByteBuffer.allocate(LONGEST_LINE);
    while (connected.read(chunk) >= 0) {
      chunk.flip();
      while (chunk.hasRemaining()) {
        byte next = chunk.get();
        if (next == '\n') {
          take(new String(line.array(), 0, line.position(), UTF_8));
          line.clear();
        } else if (line.hasRemaining()) {
          line.put(next);
        } else {
          throw new IOException("a line of more than " + LONGEST_LINE + " bytes on " + socket);
        }
      }
      chunk.clear();
    }
  }

  private void take(String line) {
    try {
      ControlStatus was = status;
      ControlStatus is = DiskJson.mapper().readValue(line, ControlStatus.class);
      if (is == null) { // The JSON value null.
        return;
      }
      heard.incrementAndGet();
      status = is;
      changed.accept(was, is);
    } catch (JsonProcessingException e) {
      LOG.warn(
          "A worker said something that is no status. socket={}: {}",
          socket,
          e.getOriginalMessage());
    }
  }

  /** Says something once; false where nobody can hear it now. */
  synchronized boolean say(String line) {
    SocketChannel to = channel;
    if (to == null) {
      return false;
    }
    ByteBuffer bytes = ByteBuffer.wrap((line + "\n").getBytes(UTF_8));
    try {
      while (bytes.hasRemaining()) {
        to.write(bytes);
      }
      return true;
    } catch (IOException e) {
      closeQuietly(to); // The reader notices, connects again and repeats what stands.
      return false;
    }
  }

  private static void closeQuietly(@Nullable SocketChannel channel) {
    if (channel != null) {
      try {
        channel.close();
      } catch (IOException e) {
        LOG.debug("Closing a control connection failed.", e);
      }
    }
  }
}
