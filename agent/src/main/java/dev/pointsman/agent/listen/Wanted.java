package dev.pointsman.agent.listen;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Sockets;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;

/** The socket that is looked for, and how to know it. */
final class Wanted {
  private final Endpoint endpoint;
  private final InetSocketAddress address;
  private final OptionalLong recordedInode;
  private final Set<Long> listeners;

  Wanted(Endpoint endpoint, OptionalLong recordedInode) throws IOException {
    this.endpoint = endpoint;
    this.address = SharedSocket.resolve(endpoint);
    this.recordedInode = recordedInode;
    this.listeners = PortHolders.listeners(endpoint.port());
  }

  /** Whether a socket with this inode is worth a look: it listens on the port. */
  boolean mayBe(long inode) {
    return listeners.contains(inode);
  }

  /** Takes the descriptor over: the socket where it is the one, else the descriptor is closed. */
  Optional<SharedSocket> check(int descriptor) throws IOException {
    if (isIt(descriptor)) {
      return Optional.of(hold(descriptor));
    }
    Descriptors.close(descriptor);
    return Optional.empty();
  }

  /** Takes over the descriptor of a socket that {@link #isIt}. */
  SharedSocket hold(int descriptor) throws IOException {
    return SharedSocket.holding(descriptor, endpoint.host());
  }

  boolean isIt(int descriptor) throws IOException {
    try {
      return Sockets.isListening(descriptor)
          && Sockets.localAddress(descriptor).equals(address)
          && hasTheRightQueue(descriptor);
    } catch (LinuxException e) {
      return false; // A file, or a socket of another family.
    }
  }

  /**
   * Without {@code SO_REUSEPORT} the kernel has one listening socket per address, so an inode that
   * was never recorded, or is of an earlier start, is no doubt; with it, the inode decides.
   */
  private boolean hasTheRightQueue(int descriptor) throws IOException {
    if (!Sockets.sharesItsPort(descriptor)) {
      return true;
    }
    return recordedInode.isPresent()
        && SharedSocket.inode(Descriptors.target(descriptor)).equals(recordedInode);
  }
}
