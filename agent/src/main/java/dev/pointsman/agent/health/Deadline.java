package dev.pointsman.agent.health;

import java.io.IOException;
import java.net.SocketAddress;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.SocketChannel;
import java.time.Duration;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * The end of a probe: neither connecting, where the queue is full, nor reading has a timeout of its
 * own, but closing the channel ends both.
 *
 * <p>One thread waits for all of them, and does nothing but close channels: most probes are over
 * long before, and a thread for each would be woken for nothing twice in every one of them.
 */
final class Deadline implements AutoCloseable {
  private static final ScheduledThreadPoolExecutor TIMER = timer();

  private final Future<?> closing;

  private Deadline(Future<?> closing) {
    this.closing = closing;
  }

  private static ScheduledThreadPoolExecutor timer() {
    ScheduledThreadPoolExecutor timer =
        new ScheduledThreadPoolExecutor(
            1, Thread.ofPlatform().daemon().name("probe-deadlines").factory());
    timer.setRemoveOnCancelPolicy(true); // Else what is over is kept until it would have been due.
    return timer;
  }

  /** Closes {@code channel} after {@code timeout}, unless this is closed before. */
  static Deadline closing(SocketChannel channel, Duration timeout) {
    return new Deadline(
        TIMER.schedule(() -> close(channel), timeout.toNanos(), TimeUnit.NANOSECONDS));
  }

  /** How many channels wait to be closed. */
  static int waiting() {
    return TIMER.getQueue().size();
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
    closing.cancel(false);
  }

  private static void close(SocketChannel channel) {
    try {
      channel.close();
    } catch (IOException e) {
      // Closed is closed: the prober sees it either way.
    }
  }
}
