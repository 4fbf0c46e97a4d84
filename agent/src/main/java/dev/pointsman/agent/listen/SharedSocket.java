package dev.pointsman.agent.listen;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Sockets;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;

/**
 * A listening socket that workers inherit and that the agent keeps open, never accepting on it: its
 * queue of connections lives as long as anybody holds it.
 */
public final class SharedSocket implements AutoCloseable {
  private final int descriptor;
  private final long inode;
  private final Endpoint endpoint;
  private final AtomicBoolean closed = new AtomicBoolean();

  private SharedSocket(int descriptor, long inode, Endpoint endpoint) {
    this.descriptor = descriptor;
    this.inode = inode;
    this.endpoint = endpoint;
  }

  /**
   * Listens on {@code endpoint}; port 0 lets the kernel choose.
   *
   * @throws IOException that names who holds the address, where somebody does
   */
  public static SharedSocket bind(Endpoint endpoint, int backlog) throws IOException {
    InetSocketAddress address = resolve(endpoint);
    int descriptor;
    try {
      descriptor = Sockets.listen(address, backlog);
    } catch (LinuxException e) {
      String advice = e.is(Errno.EADDRINUSE) ? "; " + PortHolders.describe(address) : "";
      throw new IOException("cannot listen on " + endpoint + ": " + e.getMessage() + advice, e);
    }
    return holding(descriptor, endpoint.host());
  }

  /** Takes over a descriptor, which must be a listening socket; it is closed where it is not. */
  static SharedSocket holding(int descriptor, String host) throws IOException {
    try {
      int port = Sockets.localAddress(descriptor).getPort();
      long inode =
          inode(Descriptors.target(descriptor))
              .orElseThrow(() -> new IOException("descriptor " + descriptor + " is no socket"));
      return new SharedSocket(descriptor, inode, new Endpoint(host, port));
    } catch (IOException e) {
      Descriptors.close(descriptor);
      throw e;
    }
  }

  /** The number in {@code socket:[NUMBER]}. */
  static OptionalLong inode(String target) {
    return target.startsWith("socket:[")
        ? OptionalLong.of(Long.parseLong(target.substring(8, target.length() - 1)))
        : OptionalLong.empty();
  }

  static InetSocketAddress resolve(Endpoint endpoint) throws IOException {
    try {
      return new InetSocketAddress(InetAddress.getByName(endpoint.host()), endpoint.port());
    } catch (UnknownHostException e) {
      throw new IOException(
          "cannot listen on " + endpoint + ": the host name is not known here", e);
    }
  }

  /** For {@code LaunchSpec.descriptors}; valid until {@link #close}. */
  public int descriptor() {
    return descriptor;
  }

  /** What tells this socket from every other of this boot; to be journaled. */
  public long inode() {
    return inode;
  }

  /** Where it listens, with the port that the kernel chose. */
  public Endpoint endpoint() {
    return endpoint;
  }

  /** Lets go of it. Where no worker holds it either, connections in its queue are reset. */
  @Override
  public void close() throws IOException {
    if (!closed.getAndSet(true)) {
      Descriptors.close(descriptor);
    }
  }
}
