package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_INT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.nio.file.Path;

/** Sockets as descriptors, all closed on exec, so that they can be passed on to other processes. */
public final class Sockets {
  private static final int SOCK_STREAM = 1;
  private static final int SOCK_DGRAM = 2;
  private static final int SOCK_CLOEXEC = 0x80000;
  private static final int SOL_SOCKET = 1;
  private static final int SO_REUSEADDR = 2;
  private static final int SO_REUSEPORT = 15;
  private static final int SO_PASSCRED = 16;
  private static final int SO_ACCEPTCONN = 30;
  private static final int IPPROTO_IPV6 = 41;
  private static final int IPV6_V6ONLY = 26;

  private static final CFunction SOCKET =
      CFunction.returningInt("socket", JAVA_INT, JAVA_INT, JAVA_INT);
  private static final CFunction BIND = CFunction.returningInt("bind", JAVA_INT, ADDRESS, JAVA_INT);
  private static final CFunction LISTEN = CFunction.returningInt("listen", JAVA_INT, JAVA_INT);
  private static final CFunction GETSOCKNAME =
      CFunction.returningInt("getsockname", JAVA_INT, ADDRESS, ADDRESS);
  private static final CFunction SETSOCKOPT =
      CFunction.returningInt("setsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, JAVA_INT);
  private static final CFunction GETSOCKOPT =
      CFunction.returningInt("getsockopt", JAVA_INT, JAVA_INT, JAVA_INT, ADDRESS, ADDRESS);

  private Sockets() {}

  /**
   * A TCP socket that listens on {@code address}; port 0 lets the kernel choose. {@code ::} takes
   * IPv4 as well. Blocking by default, and its accept queue holds {@code backlog} connections (at
   * most {@code net.core.somaxconn}).
   */
  public static int listen(InetSocketAddress address, int backlog) throws LinuxException {
    int socket = open(SocketAddresses.family(address), SOCK_STREAM);
    try (Arena arena = Arena.ofConfined()) {
      setOption(socket, SOL_SOCKET, SO_REUSEADDR, 1);
      if (address.getAddress() instanceof Inet6Address six) {
        setOption(socket, IPPROTO_IPV6, IPV6_V6ONLY, six.isAnyLocalAddress() ? 0 : 1);
      }
      MemorySegment encoded = SocketAddresses.encode(arena, address);
      BIND.call(socket, encoded, (int) encoded.byteSize());
      listen(socket, backlog);
    } catch (LinuxException e) {
      Descriptors.close(socket);
      throw e;
    }
    return socket;
  }

  /** Sets the length of the accept queue of a socket that listens already. */
  public static void listen(int socket, int backlog) throws LinuxException {
    LISTEN.call(socket, backlog);
  }

  /** A unix datagram socket bound to {@code path}, which must not exist yet. */
  public static int bindDatagram(Path path) throws LinuxException {
    int socket = openDatagram();
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment encoded = SocketAddresses.encode(arena, path);
      BIND.call(socket, encoded, (int) encoded.byteSize());
    } catch (LinuxException e) {
      Descriptors.close(socket);
      throw e;
    }
    return socket;
  }

  /** From now on the kernel says with each datagram who sent it. */
  public static void askForCredentials(int socket) throws LinuxException {
    setOption(socket, SOL_SOCKET, SO_PASSCRED, 1);
  }

  /** The socket's own address; EAFNOSUPPORT unless it is IPv4 or IPv6, ENOTSOCK for a file. */
  public static InetSocketAddress localAddress(int socket) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(SocketAddresses.ANY_SIZE, 8);
      MemorySegment size = arena.allocateFrom(JAVA_INT, (int) SocketAddresses.ANY_SIZE);
      GETSOCKNAME.call(socket, address, size);
      return SocketAddresses.decode("getsockname", address);
    }
  }

  /** Whether connections can be accepted from this socket. */
  public static boolean isListening(int socket) throws LinuxException {
    return option(socket, SO_ACCEPTCONN) != 0;
  }

  /** Whether others may listen on the same address with a queue of their own. */
  public static boolean sharesItsPort(int socket) throws LinuxException {
    return option(socket, SO_REUSEPORT) != 0;
  }

  static int openDatagram() throws LinuxException {
    return open(SocketAddresses.AF_UNIX, SOCK_DGRAM);
  }

  private static int open(int family, int type) throws LinuxException {
    return (int) SOCKET.call(family, type | SOCK_CLOEXEC, 0);
  }

  private static void setOption(int socket, int level, int option, int value)
      throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      SETSOCKOPT.call(socket, level, option, arena.allocateFrom(JAVA_INT, value), Integer.BYTES);
    }
  }

  private static int option(int socket, int option) throws LinuxException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(JAVA_INT);
      GETSOCKOPT.call(
          socket, SOL_SOCKET, option, value, arena.allocateFrom(JAVA_INT, Integer.BYTES));
      return value.get(JAVA_INT, 0);
    }
  }
}
