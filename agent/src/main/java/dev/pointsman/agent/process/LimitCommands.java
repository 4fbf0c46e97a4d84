package dev.pointsman.agent.process;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;

/**
 * The programs through which a process gets its limits: each sets some and becomes the next. What
 * they would fail at is found before, because behind them a mistake is only an exit code.
 */
final class LimitCommands {
  private static final int CAP_SYS_NICE = 23;
  private static final int CAP_SYS_RESOURCE = 24;
  private static final Path OWN_LIMITS = Path.of("/proc/self/limits");
  private static final Path MOST_OPEN_FILES = Path.of("/proc/sys/fs/nr_open");

  private LimitCommands() {}

  /**
   * What this process may grant.
   *
   * @param capabilities as bits
   * @param limits its own, as {@code /proc/self/limits} shows them
   * @param mostOpenFiles what the kernel allows anybody
   */
  record Rights(long capabilities, List<String> limits, long mostOpenFiles) {
    static Rights own() throws IOException {
      return new Rights(
          ProcFiles.ownCapabilities(),
          Files.readAllLines(OWN_LIMITS, StandardCharsets.US_ASCII),
          // By lines: a sysctl tells its value only to a read that has room for all of it.
          Long.parseLong(
              Files.readAllLines(MOST_OPEN_FILES, StandardCharsets.US_ASCII).getFirst().strip()));
    }

    private boolean has(int capability) {
      return (capabilities & 1L << capability) != 0;
    }
  }

  /** What stands before the command, in the order of execution. */
  static List<String> of(ProcessLimits limits, Rights rights) throws Rejected {
    List<String> words = new ArrayList<>();
    Map<String, Long> asked = new TreeMap<>();
    limits.openFiles().ifPresent(count -> asked.put("nofile", (long) count));
    limits.coreBytes().ifPresent(bytes -> asked.put("core", bytes));
    limits.processes().ifPresent(count -> asked.put("nproc", (long) count));
    if (!asked.isEmpty()) {
      requireAllowed(asked, rights);
      words.add(SystemPrograms.find("prlimit", "limits in [resources] need").toString());
      asked.forEach((name, value) -> words.add("--" + name + "=" + value + ":" + value));
    }
    if (limits.nice() != 0) {
      requireNice(limits.nice(), rights);
      words.addAll(
          List.of(
              SystemPrograms.find("nice", "'nice' in [resources] needs").toString(),
              "-n",
              Integer.toString(limits.nice())));
    }
    return words;
  }

  private static void requireAllowed(Map<String, Long> asked, Rights rights) throws Rejected {
    long openFiles = asked.getOrDefault("nofile", 0L);
    if (openFiles > rights.mostOpenFiles()) {
      throw refused(
          "nofile",
          openFiles,
          "the kernel allows no more than " + rights.mostOpenFiles() + " (fs.nr_open)");
    }
    if (rights.has(CAP_SYS_RESOURCE)) {
      return;
    }
    for (Map.Entry<String, Long> limit : asked.entrySet()) {
      Optional<Long> hard = hard(rights.limits(), limit.getKey());
      if (hard.isPresent() && limit.getValue() > hard.get()) {
        throw refused(
            limit.getKey(),
            limit.getValue(),
            "the agent's own hard limit is "
                + hard.get()
                + ", and it may not raise it: set a higher one for its service (Limit"
                + limit.getKey().toUpperCase(Locale.ROOT)
                + "=), or ask for less");
      }
    }
  }

  /** Empty: unlimited. */
  private static Optional<Long> hard(List<String> limits, String name) {
    String title =
        switch (name) {
          case "nofile" -> "Max open files";
          case "core" -> "Max core file size";
          case "nproc" -> "Max processes";
          default -> throw new IllegalStateException("no limit is called " + name);
        };
    return limits.stream()
        .filter(line -> line.startsWith(title))
        .map(line -> line.substring(title.length()).strip().split("\\s+", -1)[1])
        .filter(value -> !value.equals("unlimited"))
        .map(Long::valueOf)
        .findFirst();
  }

  /** RLIMIT_NICE, which would allow it too, counts from 20 down: at 0 it allows nothing. */
  private static void requireNice(int nice, Rights rights) throws Rejected {
    if (nice < 0 && !rights.has(CAP_SYS_NICE) && 20 - ceiling(rights) > nice) {
      throw refused(
          "nice",
          nice,
          "the agent may not give a worker precedence: it needs CAP_SYS_NICE, or LimitNICE= in its"
              + " service");
    }
  }

  private static long ceiling(Rights rights) {
    return rights.limits().stream()
        .filter(line -> line.startsWith("Max nice priority"))
        .map(line -> line.substring("Max nice priority".length()).strip().split("\\s+", -1)[0])
        .mapToLong(Long::parseLong)
        .findFirst()
        .orElse(0);
  }

  private static Rejected refused(String key, long value, String why) {
    return new Rejected(
        ErrorCode.COMMAND_INVALID, key + " = " + value + " under [resources]: " + why);
  }
}
