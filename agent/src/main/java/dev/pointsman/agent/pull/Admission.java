package dev.pointsman.agent.pull;

import dev.pointsman.agent.config.PullHost;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.IntStream;

/**
 * Which addresses may be fetched from: those of the host's file, for every step of a redirection. A
 * name that resolves into this host, its links, or a cloud's metadata service is refused unless an
 * entry names exactly that, so that nobody can make the agent ask what only the agent may ask. The
 * address that was checked is the one that is connected to.
 */
final class Admission {
  private final List<PullHost> allowed;
  private final Resolver resolver;

  /** Finds the addresses of a name. */
  @FunctionalInterface
  interface Resolver {
    /** For all of the JDK's ways. */
    Resolver SYSTEM = InetAddress::getAllByName;

    InetAddress[] resolve(String host) throws UnknownHostException;
  }

  Admission(List<PullHost> allowed, Resolver resolver) {
    this.allowed = List.copyOf(allowed);
    this.resolver = resolver;
  }

  /** Rejects with {@code pull.forbidden} where nothing may be fetched from {@code origin}. */
  void check(Origin origin) throws Rejected {
    if (allowed.isEmpty()) {
      throw refused("This host fetches nothing: [pull] of its file names no hosts.");
    }
    if (!isAllowed(origin)) {
      String plainly =
          origin.tls() ? "" : " without TLS (an entry has to begin with http:// for that)";
      throw refused("[pull] of the host file does not allow " + origin.authority() + plainly + ".");
    }
  }

  private boolean isAllowed(Origin origin) {
    boolean encrypted = origin.tls() || isLoopbackName(origin.host());
    return allowed.stream()
        .anyMatch(entry -> entry.allows(encrypted, origin.host(), origin.port()));
  }

  /** The address to connect to. */
  InetAddress address(Origin origin) throws Rejected, IOException {
    check(origin);
    InetAddress[] found = resolver.resolve(origin.host());
    for (InetAddress address : found) {
      if (!isInside(address) || isNamed(origin, address)) {
        return address;
      }
    }
    throw refused(
        origin.host()
            + " resolves to "
            + found[0].getHostAddress()
            + ", which is this host, its link or a metadata service.");
  }

  /** Whether an entry names this address itself, and not just a name that leads to it. */
  private boolean isNamed(Origin origin, InetAddress address) {
    return isLiteral(origin.host())
        || (origin.host().equals("localhost") && address.isLoopbackAddress());
  }

  private static boolean isLiteral(String host) {
    return host.contains(":") || host.matches("[0-9.]+");
  }

  private static boolean isLoopbackName(String host) {
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException _) {
      return false; // A name.
    }
  }

  /** Whether only what runs on this host may reach it. */
  static boolean isInside(InetAddress address) {
    byte[] bytes = address.getAddress();
    if (startsWith(bytes, 0x00, 0x64, 0xff, 0x9b)) { // NAT64: the IPv4 address is at the end.
      return isInside(Arrays.copyOfRange(bytes, 12, 16));
    }
    if (startsWith(bytes, 0x20, 0x02)) { // 6to4: behind the prefix.
      return isInside(Arrays.copyOfRange(bytes, 2, 6));
    }
    String text = address.getHostAddress();
    return address.isLoopbackAddress()
        || address.isLinkLocalAddress()
        || address.isAnyLocalAddress()
        || address.isMulticastAddress()
        || (bytes.length == 4 && isInside(bytes))
        || text.startsWith("fd00:ec2:0:0:0:0:0:254"); // AWS's metadata service.
  }

  private static boolean startsWith(byte[] address, int... prefix) {
    return address.length == 16
        && IntStream.range(0, prefix.length).allMatch(i -> (address[i] & 0xff) == prefix[i]);
  }

  private static boolean isInside(byte[] v4) {
    int first = v4[0] & 0xff;
    int second = v4[1] & 0xff;
    boolean alibaba = first == 100 && second == 100 && v4[2] == 100 && (v4[3] & 0xff) == 200;
    return first == 0
        || first == 127
        || first >= 224
        || (first == 169 && second == 254)
        || alibaba; // Alibaba's metadata service.
  }

  private static Rejected refused(String why) {
    return new Rejected(ErrorCode.PULL_FORBIDDEN, why, "url");
  }
}
