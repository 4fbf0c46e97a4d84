package dev.pointsman.agent.linux;

import static java.lang.foreign.ValueLayout.JAVA_BYTE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_SHORT;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout.OfShort;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** {@code struct sockaddr} for IPv4, IPv6 and unix sockets, to and from memory. */
final class SocketAddresses {
  static final int AF_UNIX = 1;
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;

  /** Longest path that fits {@code sun_path} with its final NUL. */
  static final int LONGEST_PATH = 107;

  /** Room for every kind. */
  static final long ANY_SIZE = 128;

  private static final long INET_SIZE = 16; // family, port, address[4], zero[8]
  private static final long INET6_SIZE = 28; // family, port, flow, address[16], scope
  private static final long PORT = 2;
  private static final long INET_ADDRESS = 4;
  private static final long INET6_ADDRESS = 8;
  private static final long INET6_SCOPE = 24;
  private static final long UNIX_PATH = 2;
  private static final OfShort NETWORK_SHORT = JAVA_SHORT.withOrder(ByteOrder.BIG_ENDIAN);

  private SocketAddresses() {}

  static int family(InetSocketAddress address) {
    return address.getAddress() instanceof Inet6Address ? AF_INET6 : AF_INET;
  }

  /** An unresolved address is a bug of the caller. */
  static MemorySegment encode(Arena arena, InetSocketAddress address) {
    InetAddress host = address.getAddress();
    boolean six = host instanceof Inet6Address;
    MemorySegment memory = arena.allocate(six ? INET6_SIZE : INET_SIZE, 8);
    memory.set(JAVA_SHORT, 0, (short) family(address));
    memory.set(NETWORK_SHORT, PORT, (short) address.getPort());
    memory
        .asSlice(six ? INET6_ADDRESS : INET_ADDRESS, host.getAddress().length)
        .copyFrom(MemorySegment.ofArray(host.getAddress()));
    if (host instanceof Inet6Address scoped) {
      memory.set(JAVA_INT, INET6_SCOPE, scoped.getScopeId());
    }
    return memory;
  }

  /** The address in {@code memory}, which must be of IPv4 or IPv6, else EAFNOSUPPORT. */
  static InetSocketAddress decode(String call, MemorySegment memory) throws LinuxException {
    int family = memory.get(JAVA_SHORT, 0);
    if (family != AF_INET && family != AF_INET6) {
      throw new LinuxException(call, Errno.EAFNOSUPPORT.number());
    }
    boolean six = family == AF_INET6;
    byte[] host =
        memory.asSlice(six ? INET6_ADDRESS : INET_ADDRESS, six ? 16 : 4).toArray(JAVA_BYTE);
    try {
      return new InetSocketAddress(
          InetAddress.getByAddress(host), memory.get(NETWORK_SHORT, PORT) & 0xFFFF);
    } catch (UnknownHostException e) {
      throw new IllegalStateException("an address has 4 or 16 bytes", e);
    }
  }

  /**
   * The address of a unix socket: a path, or {@code @NAME} for one without a file, whose length is
   * that of its name.
   */
  static MemorySegment encodeUnix(Arena arena, String address) throws LinuxException {
    if (!address.startsWith("@")) {
      return encode(arena, Path.of(address));
    }
    byte[] bytes = address.getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST_PATH) {
      throw new LinuxException("unix socket " + address, Errno.ENAMETOOLONG.number());
    }
    bytes[0] = 0;
    MemorySegment memory = arena.allocate(UNIX_PATH + bytes.length, 8);
    memory.set(JAVA_SHORT, 0, (short) AF_UNIX);
    memory.asSlice(UNIX_PATH, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    return memory;
  }

  /** The address of a unix socket in the file system; ENAMETOOLONG over 107 bytes. */
  static MemorySegment encode(Arena arena, Path path) throws LinuxException {
    byte[] bytes = path.toString().getBytes(StandardCharsets.UTF_8);
    if (bytes.length > LONGEST_PATH) {
      throw new LinuxException("unix socket " + path, Errno.ENAMETOOLONG.number());
    }
    MemorySegment memory = arena.allocate(UNIX_PATH + bytes.length + 1, 8);
    memory.set(JAVA_SHORT, 0, (short) AF_UNIX);
    memory.asSlice(UNIX_PATH, bytes.length).copyFrom(MemorySegment.ofArray(bytes));
    return memory;
  }
}
