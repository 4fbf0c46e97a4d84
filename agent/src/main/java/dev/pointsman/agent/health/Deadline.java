package dev.pointsman.agent.health;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * The end of a probe: neither connecting, where the queue is full, nor reading has a timeout of its
 * own, but closing the channel ends both.
 */
final class Deadline implements AutoCloseable {
  private final Thread thread;

  private Deadline(Thread thread) {
    this.thread = thread;
  }

  /** Closes {@code channel} after {@code timeout}, unless this is closed before. */
  static Deadline closing(SocketChannel channel, Duration timeout) {
    return new Deadline(
        Thread.ofVirtual().name("probe-deadline").start(() -> closeAfter(channel, timeout)));
  }

  /** A channel for {@code address}, not connected. */
  static SocketChannel open(SocketAddress address) throws IOException {
    return address instanceof UnixDomainSocketAddress
        ? SocketChannel.open(StandardProtocolFamily.UNIX)
        : SocketChannel.open();
  }

  /** What a probe that ended by {@code cause} has to say. */
  static String words(IOException cause, Duration timeout) {
    return cause instanceof ClosedChannelException
        ? "no answer within " + timeout.toMillis() + " ms"
        : "connection failed: " + cause.getMessage();
  }

  @Override
  public void close() {
    thread.interrupt();
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
