package dev.pointsman.agent.process;

import dev.pointsman.agent.linux.Users;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * What {@code /proc} says of processes by number. A number may change hands between two reads, so
 * the caller holds a pidfd, or compares start times.
 */
final class ProcFiles {
  private static final Path PROC = Path.of("/proc");
  private static final Duration LOOK_PAUSE = Duration.ofMillis(5);

  /** How often at most one is looked at again that has no variables yet. */
  private static final int LOOKS = 20;

  private static final Duration YOUNG = Duration.ofSeconds(30);

  private ProcFiles() {}

  /**
   * The fields of {@code /proc/PID/stat} that matter here, see proc_pid_stat(5).
   *
   * @param state {@code Z} for one that has ended and is not reaped
   * @param startTicks since boot
   * @param waitStatus 0 also where we may not know it
   */
  record Stat(char state, int parent, int session, long startTicks, int waitStatus) {}

  /** Empty where there is no such process (any more). */
  static Optional<Stat> stat(int pid) {
    return read(pid, "stat").map(ProcFiles::parse);
  }

  /** The name of the program may hold blanks and parentheses: fields count from the last one. */
  static Stat parse(byte[] bytes) {
    String line = new String(bytes, StandardCharsets.ISO_8859_1);
    String[] fields = line.substring(line.lastIndexOf(')') + 2).strip().split(" ", -1);
    return new Stat(
        fields[0].charAt(0),
        Integer.parseInt(fields[1]),
        Integer.parseInt(fields[3]),
        Long.parseLong(fields[19]),
        Integer.parseInt(fields[49]));
  }

  /** Resident memory; empty for one that is gone or has ended. */
  static OptionalLong residentBytes(int pid) {
    return read(pid, "status").stream()
        .flatMap(bytes -> new String(bytes, StandardCharsets.ISO_8859_1).lines())
        .filter(line -> line.startsWith("VmRSS:"))
        .mapToLong(line -> Long.parseLong(line.replaceAll("[^0-9]", "")) << 10)
        .findFirst();
  }

  /** Whether the process was started with a variable that begins like this, name and all. */
  static boolean startedWithPrefix(int pid, String beginning) throws IOException {
    return environ(pid).contains("\0" + beginning);
  }

  /** Whether the process was started with exactly this variable; false where we may not know. */
  static boolean startedWith(int pid, String variable) throws IOException {
    return environ(pid).contains("\0" + variable + "\0");
  }

  /**
   * All variables, each between two NUL; empty where we may not know. A process that is just
   * becoming another program has none for a moment, in which it must not be overlooked.
   */
  private static String environ(int pid) throws IOException {
    for (int look = 0; look < LOOKS; look++) {
      Optional<byte[]> bytes = read(pid, "environ");
      if (bytes.isPresent()) {
        return "\0" + new String(bytes.get(), StandardCharsets.UTF_8);
      }
      if (!isBecomingAnother(pid)) {
        break;
      }
      pause();
    }
    return "";
  }

  /** Alive, one that we may look into, and young: many that are old have no variables. */
  private static boolean isBecomingAnother(int pid) throws IOException {
    Optional<ProcessIdentity> process = ProcessIdentity.of(pid);
    return process.isPresent()
        && process.get().age().compareTo(YOUNG) < 0
        && stat(pid).filter(stat -> stat.state() != 'Z').isPresent()
        && mayTrace(pid);
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(LOOK_PAUSE);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while looking for processes");
    }
  }

  /** Whether the kernel tells us everything about this process, ended ones included. */
  static boolean mayTrace(int pid) {
    try {
      Object owner = Files.getAttribute(PROC.resolve(Integer.toString(pid)), "unix:uid");
      return owner.equals(Users.effectiveUid()) || read(pid, "io").isPresent();
    } catch (IOException e) {
      return false;
    }
  }

  /** The capabilities that this process can use now, as bits. */
  static long ownCapabilities() throws IOException {
    return Files.readAllLines(PROC.resolve("self/status"), StandardCharsets.ISO_8859_1).stream()
        .filter(line -> line.startsWith("CapEff:"))
        .mapToLong(line -> Long.parseUnsignedLong(line.substring(7).strip(), 16))
        .findFirst()
        .orElse(0);
  }

  /** The numbers of all processes of now. */
  static List<Integer> pids() throws IOException {
    List<Integer> pids = new ArrayList<>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(PROC, "[0-9]*")) {
      for (Path entry : entries) {
        pids.add(Integer.parseInt(entry.getFileName().toString()));
      }
    }
    return pids;
  }

  /** This boot's name. */
  static String bootId() throws IOException {
    return Files.readString(PROC.resolve("sys/kernel/random/boot_id")).strip();
  }

  /** Since boot, sleep included. */
  static Duration uptime() throws IOException {
    String seconds = Files.readString(PROC.resolve("uptime")).split(" ", -1)[0];
    return Duration.ofMillis(new BigDecimal(seconds).movePointRight(3).longValue());
  }

  /** Any failure to read means that the process is gone, or none of our business. */
  private static Optional<byte[]> read(int pid, String file) {
    try {
      return Optional.of(Files.readAllBytes(PROC.resolve(pid + "/" + file)))
          .filter(bytes -> bytes.length > 0);
    } catch (IOException e) {
      return Optional.empty();
    }
  }
}
