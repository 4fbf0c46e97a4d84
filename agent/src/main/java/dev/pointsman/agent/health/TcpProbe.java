package dev.pointsman.agent.health;

import java.io.IOException;
import java.net.SocketAddress;
import java.nio.channels.SocketChannel;
import java.time.Duration;

/**
 * One connection, closed at once: passed when somebody listens. The kernel connects on behalf of a
 * listening socket whether anybody accepts or not, so this tells something only of a socket that
 * the worker opens itself.
 */
public final class TcpProbe {
  private TcpProbe() {}

  /** Connects to {@code address}; blocks for {@code timeout} at most. */
  public static ProbeResult connect(SocketAddress address, Duration timeout)
      throws InterruptedException {
    long start = System.nanoTime();
    try (SocketChannel channel = Deadline.open(address);
        Deadline _ = Deadline.closing(channel, timeout)) {
      channel.connect(address);
      return new ProbeResult(
          true, "connected in " + (System.nanoTime() - start) / 1_000_000 + " ms");
    } catch (IOException e) {
      if (Thread.interrupted()) {
        throw new InterruptedException("stopped while probing " + address);
      }
      return new ProbeResult(false, Deadline.words(e, timeout));
    }
  }
}
