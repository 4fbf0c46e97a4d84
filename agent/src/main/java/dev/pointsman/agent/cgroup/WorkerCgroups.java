package dev.pointsman.agent.cgroup;

import dev.pointsman.agent.config.AppConfig.ResourcesConfig;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The cgroups of all workers of this host, beside the agent's own: {@code worker_APP_INCARNATION}.
 * No app has an underscore in its name, so none is taken for another's.
 */
public final class WorkerCgroups {
  private static final Logger LOG = LoggerFactory.getLogger(WorkerCgroups.class);
  static final List<String> WANTED = List.of("memory", "pids", "cpu");

  private final Optional<Path> base;
  private final String why;
  private final Set<String> controllers;

  private WorkerCgroups(Optional<Path> base, String why, Set<String> controllers) {
    this.base = base;
    this.why = why;
    this.controllers = Set.copyOf(controllers);
  }

  /** Those of this host; never fails: what cannot be had is said by {@link #why}. */
  public static WorkerCgroups ofThisHost() {
    return of(Path.of("/proc"));
  }

  static WorkerCgroups of(Path proc) {
    try {
      Delegation delegation = Delegation.find(proc);
      return delegation.base().isEmpty() ? none(delegation.why()) : at(delegation.base().get());
    } catch (IOException e) {
      return none("what cgroup the agent is in cannot be read: " + e.getMessage());
    }
  }

  /** None at all, because of {@code why}. */
  public static WorkerCgroups none(String why) {
    return new WorkerCgroups(Optional.empty(), why, Set.of());
  }

  /** In {@code base}, which is the agent's to divide. */
  static WorkerCgroups at(Path base) throws IOException {
    Set<String> available = Set.of(read(base.resolve("cgroup.controllers")).strip().split(" ", -1));
    Set<String> enabled = new TreeSet<>();
    for (String controller : WANTED) {
      if (available.contains(controller)) {
        try {
          write(base.resolve("cgroup.subtree_control"), "+" + controller);
          enabled.add(controller);
        } catch (IOException e) {
          LOG.warn("The cgroup controller {} cannot be used in {}.", controller, base, e);
        }
      }
    }
    return new WorkerCgroups(Optional.of(base), "", enabled);
  }

  /** Why workers have no cgroup of their own; empty where they have. */
  public Optional<String> why() {
    return base.isPresent() ? Optional.empty() : Optional.of(why);
  }

  /** What of {@link ResourcesConfig} can be kept here, beside what every kernel can. */
  public Set<String> controllers() {
    return controllers;
  }

  /**
   * Makes the cgroup of a worker and sets its limits; empty where there is none to be had and none
   * is needed.
   *
   * @throws Rejected where a limit is asked for that cannot be kept here
   */
  public Optional<Path> make(String app, String incarnation, ResourcesConfig resources)
      throws Rejected, IOException {
    Map<String, String> files = files(resources);
    for (String file : files.keySet()) {
      require(file);
    }
    if (base.isEmpty()) {
      return Optional.empty();
    }
    sweep(app);
    Path directory = directory(app, incarnation).orElseThrow();
    Files.createDirectory(directory);
    for (Map.Entry<String, String> file : files.entrySet()) {
      try {
        write(directory.resolve(file.getKey()), file.getValue());
      } catch (IOException e) {
        Files.deleteIfExists(directory);
        throw new IOException(
            "cannot write " + file.getValue() + " to " + directory.resolve(file.getKey()), e);
      }
    }
    return Optional.of(directory);
  }

  private static Map<String, String> files(ResourcesConfig resources) {
    Map<String, String> files = new LinkedHashMap<>();
    resources
        .memoryMax()
        .ifPresent(bytes -> {
          files.put("memory.max", Long.toString(bytes));
          files.put("memory.oom.group", "1"); // A worker without one of its processes is no use.
        });
    resources.memoryHigh().ifPresent(bytes -> files.put("memory.high", Long.toString(bytes)));
    resources.pidsMax().ifPresent(count -> files.put("pids.max", Integer.toString(count)));
    resources.cpuWeight().ifPresent(weight -> files.put("cpu.weight", Integer.toString(weight)));
    return files;
  }

  private void require(String file) throws Rejected {
    String controller = file.substring(0, file.indexOf('.'));
    if (!controllers.contains(controller)) {
      throw new Rejected(
          ErrorCode.COMMAND_INVALID,
          file.replace('.', '_')
              + " under [resources] cannot be kept here: "
              + (base.isPresent()
                  ? "the cgroup controller '" + controller + "' is not delegated to the agent"
                  : why)
              + ". Remove it, or make that possible",
          "resources");
    }
  }

  /**
   * What is left of a worker that has ended is killed, and its cgroup removed as soon as it is
   * empty. Does not wait.
   *
   * @return whether the kernel has killed something in it because memory ran out
   */
  public boolean ended(String app, String incarnation) {
    Optional<Path> directory = directory(app, incarnation).filter(Files::isDirectory);
    if (directory.isEmpty()) {
      return false;
    }
    boolean outOfMemory = value(directory.get().resolve("memory.events"), "oom_kill") > 0;
    try {
      kill(directory.get());
      remove(directory.get());
    } catch (IOException e) {
      LOG.warn("What a worker left in {} could not be killed.", directory.get(), e);
    }
    return outOfMemory;
  }

  /** Kills what earlier runs of the agent left of {@code app}, but for the workers that live. */
  public void killAllBut(String app, Set<Integer> living) throws IOException {
    for (Path directory : all(app)) {
      if (read(directory.resolve("cgroup.procs"))
          .lines()
          .noneMatch(pid -> living.contains(Integer.valueOf(pid)))) {
        kill(directory);
        remove(directory);
      }
    }
  }

  private void sweep(String app) throws IOException {
    for (Path directory : all(app)) {
      if (value(directory.resolve("cgroup.events"), "populated") == 0) {
        remove(directory);
      }
    }
  }

  private List<Path> all(String app) throws IOException {
    List<Path> found = new ArrayList<>();
    if (base.isPresent()) {
      try (DirectoryStream<Path> entries =
          Files.newDirectoryStream(base.get(), "worker_" + app + "_*")) {
        entries.forEach(found::add);
      }
    }
    return found;
  }

  private Optional<Path> directory(String app, String incarnation) {
    return base.map(path -> path.resolve("worker_" + app + "_" + incarnation));
  }

  /** Since kernel 5.14; before that the process group has been killed, which is nearly the same. */
  private static void kill(Path directory) throws IOException {
    Path kill = directory.resolve("cgroup.kill");
    if (Files.exists(kill) && value(directory.resolve("cgroup.events"), "populated") != 0) {
      write(kill, "1");
    }
  }

  /** Those that were killed may be there for a moment still: then the next start removes it. */
  private static void remove(Path directory) throws IOException {
    try {
      Files.deleteIfExists(directory);
    } catch (DirectoryNotEmptyException e) {
      LOG.warn("{} has cgroups of others in it, and stays.", directory);
    } catch (IOException e) {
      LOG.debug("{} is not empty yet: {}", directory, e.getMessage());
    }
  }

  /** The number beside {@code key}; 0 where there is none. */
  private static long value(Path file, String key) {
    try {
      return read(file)
          .lines()
          .filter(line -> line.startsWith(key + " "))
          .mapToLong(line -> Long.parseLong(line.substring(key.length() + 1).strip()))
          .findFirst()
          .orElse(0);
    } catch (IOException e) {
      if (!(e instanceof NoSuchFileException)) {
        LOG.warn("{} cannot be read: {}", file, e.getMessage());
      }
      return 0;
    }
  }

  private static String read(Path file) throws IOException {
    return String.join("\n", Files.readAllLines(file, StandardCharsets.US_ASCII));
  }

  private static void write(Path file, String value) throws IOException {
    Files.writeString(file, value, StandardOpenOption.WRITE);
  }
}
