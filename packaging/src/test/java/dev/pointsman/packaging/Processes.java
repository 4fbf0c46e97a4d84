package dev.pointsman.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;

/** What the kernel says of processes; those that have ended meanwhile are simply not there. */
final class Processes {
  private static final Path PROC = Path.of("/proc");

  private Processes() {}

  /**
   * Those whose environment names a worker's directory below {@code run}: every worker there is.
   */
  static Set<Long> workersBelow(Path run) throws IOException {
    Set<Long> found = new TreeSet<>();
    try (Stream<Path> entries = Files.list(PROC)) {
      for (Path entry :
          entries.filter(path -> path.getFileName().toString().matches("[0-9]+")).toList()) {
        String directory = environment(entry).get("POINTSMAN_DIR");
        if (directory != null && directory.startsWith(run + "/")) {
          found.add(Long.valueOf(entry.getFileName().toString()));
        }
      }
    }
    return found;
  }

  /** The environment that {@code pid} was started with. */
  static Map<String, String> environment(long pid) {
    return environment(PROC.resolve(Long.toString(pid)));
  }

  private static Map<String, String> environment(Path process) {
    Map<String, String> all = new HashMap<>();
    try {
      for (String entry :
          new String(Files.readAllBytes(process.resolve("environ")), UTF_8).split("\0")) {
        int equals = entry.indexOf('=');
        if (equals > 0) {
          all.put(entry.substring(0, equals), entry.substring(equals + 1));
        }
      }
    } catch (IOException e) {
      return Map.of(); // It has ended, or is not ours to look at.
    }
    return all;
  }

  /** Whether {@code pid} runs; a zombie does not. */
  static boolean isAlive(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"));
      return "ZX".indexOf(stat.charAt(stat.lastIndexOf(')') + 2)) < 0;
    } catch (IOException e) {
      return false;
    }
  }

  /** Whether {@code pid} is the first of its session, as every worker is. */
  static boolean leadsASession(long pid) {
    try {
      String stat = Files.readString(PROC.resolve(pid + "/stat"));
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ");
      return Long.parseLong(fields[3]) == pid;
    } catch (IOException e) {
      return false;
    }
  }

  static Path workingDirectory(long pid) throws IOException {
    return Files.readSymbolicLink(PROC.resolve(pid + "/cwd"));
  }

  /** What each descriptor of {@code pid} is. */
  static Map<Integer, String> descriptors(long pid) throws IOException {
    Map<Integer, String> all = new TreeMap<>();
    try (Stream<Path> entries = Files.list(PROC.resolve(pid + "/fd"))) {
      for (Path entry : entries.toList()) {
        try {
          all.put(
              Integer.valueOf(entry.getFileName().toString()),
              Files.readSymbolicLink(entry).toString());
        } catch (IOException e) {
          // Closed since.
        }
      }
    }
    return all;
  }

  /** The inode of the socket that listens on {@code port} of 127.0.0.1; empty where none does. */
  static List<String> listeningOn(int port) throws IOException {
    String local = String.format("0100007F:%04X", port);
    return Files.readAllLines(PROC.resolve("net/tcp")).stream()
        .map(line -> line.strip().split("\\s+"))
        .filter(fields -> fields.length > 9 && fields[1].equals(local) && fields[3].equals("0A"))
        .map(fields -> "socket:[" + fields[9] + "]")
        .toList();
  }

  /** A line of {@code /proc/PID/status} that counts kilobytes, in MiB. */
  static long mebibytes(long pid, String key) throws IOException {
    for (String line : Files.readAllLines(PROC.resolve(pid + "/status"))) {
      if (line.startsWith(key + ":")) {
        return Long.parseLong(line.replaceAll("[^0-9]", "")) / 1024;
      }
    }
    throw new IOException("no " + key + " of process " + pid);
  }

  /** Sends {@code signal}, as {@code STOP}, to {@code pid}. */
  static void signal(long pid, String signal) throws Exception {
    Command.of(Path.of("/"), "kill", "-s", signal, Long.toString(pid)).run().exits(0);
  }

  /** Ends {@code pid} at once. */
  static void kill(long pid) {
    ProcessHandle.of(pid).ifPresent(ProcessHandle::destroyForcibly);
  }
}
