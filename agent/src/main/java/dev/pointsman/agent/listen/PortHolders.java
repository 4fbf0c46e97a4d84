package dev.pointsman.agent.listen;

import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;

/** Who listens on a port: for people, when an address is in use. */
public final class PortHolders {
  private static final Path PROC = Path.of("/proc");
  private static final String LISTENING = "0A";
  private static final int MOST_NAMED = 8;

  // Columns of /proc/net/tcp, see proc_net(5).
  private static final int LOCAL_ADDRESS = 1;
  private static final int STATE = 3;
  private static final int INODE = 9;

  private PortHolders() {}

  /** As in {@code held by process 17 (node). Stop it, or configure another port}. */
  static String describe(InetSocketAddress address) {
    Set<Long> inodes = listeners(address.getPort());
    List<String> holders = new ArrayList<>();
    for (Path process : children(PROC, "[0-9]*")) {
      if (holders.size() < MOST_NAMED && holdsAny(process, inodes)) {
        holders.add(process.getFileName() + " (" + name(process) + ")");
      }
    }
    if (holders.isEmpty()) {
      return "who holds it cannot be seen with the agent's rights (try: ss -ltnp 'sport = :"
          + address.getPort()
          + "')";
    }
    return "held by process "
        + String.join(", ", holders)
        + ". Stop that, or configure another port";
  }

  /** The processes that hold a socket which listens on {@code port}, as far as may be seen. */
  public static List<Long> of(int port) {
    Set<Long> inodes = listeners(port);
    return inodes.isEmpty()
        ? List.of()
        : children(PROC, "[0-9]*").stream()
            .filter(process -> holdsAny(process, inodes))
            .map(process -> Long.valueOf(process.getFileName().toString()))
            .toList();
  }

  /** The inodes of all sockets that listen on this port, whatever their address. */
  static Set<Long> listeners(int port) {
    String suffix = String.format(":%04X", port);
    Set<Long> inodes = new TreeSet<>();
    for (String table : List.of("net/tcp", "net/tcp6")) {
      for (String line : lines(PROC.resolve(table))) {
        String[] columns = line.strip().split("\\s+", -1);
        if (columns.length > INODE
            && columns[STATE].equals(LISTENING)
            && columns[LOCAL_ADDRESS].endsWith(suffix)) {
          inodes.add(Long.parseLong(columns[INODE]));
        }
      }
    }
    return inodes;
  }

  private static boolean holdsAny(Path process, Set<Long> inodes) {
    return children(process.resolve("fd"), "*").stream()
        .map(PortHolders::socketInode)
        .anyMatch(inode -> inode.isPresent() && inodes.contains(inode.getAsLong()));
  }

  /** Empty for what is no socket, or is closed by now. */
  static OptionalLong socketInode(Path descriptor) {
    try {
      return SharedSocket.inode(Files.readSymbolicLink(descriptor).toString());
    } catch (IOException e) {
      return OptionalLong.empty();
    }
  }

  /** The entries, as far as we may see them. */
  static List<Path> children(Path directory, String glob) {
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory, glob)) {
      List<Path> all = new ArrayList<>();
      entries.forEach(all::add);
      return all;
    } catch (IOException | java.nio.file.DirectoryIteratorException e) {
      return List.of();
    }
  }

  private static String name(Path process) {
    return lines(process.resolve("comm")).stream().collect(Collectors.joining());
  }

  private static List<String> lines(Path file) {
    try {
      return Files.readAllLines(file);
    } catch (IOException e) {
      return List.of();
    }
  }
}
