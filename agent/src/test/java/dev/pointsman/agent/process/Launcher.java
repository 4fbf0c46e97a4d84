package dev.pointsman.agent.process;

import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;

/** Launches processes for tests and kills those that are left at the end. */
public final class Launcher implements AutoCloseable {
  private static final Map<String, String> ENVIRONMENT =
      Map.of("PATH", "/usr/local/bin:/usr/bin:/bin");

  private final Path directory;
  private final Processes processes;
  private final List<RunningProcess> launched = new ArrayList<>();

  /** Works in {@code directory}. */
  public Launcher(Path directory) throws IOException {
    this.directory = directory;
    this.processes = Processes.start();
  }

  /** A process and its end to come. */
  public record Launched(RunningProcess process, CompletableFuture<ExitStatus> exit) {
    /** Its status, within a generous time. */
    public ExitStatus status() throws Exception {
      return exit.get(30, TimeUnit.SECONDS);
    }

    /** Its number. */
    public int pid() {
      return process.identity().pid();
    }
  }

  /** Launches with descriptors 3, 4, ... */
  public Launched launch(List<Integer> descriptors, String... command)
      throws IOException, Rejected {
    return launch(spec(descriptors, command));
  }

  /** Launches without descriptors. */
  public Launched launch(String... command) throws IOException, Rejected {
    return launch(List.of(), command);
  }

  /** Launches anything. */
  public Launched launch(LaunchSpec spec) throws IOException, Rejected {
    CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    RunningProcess process = processes.launch(spec, exit::complete);
    launched.add(process);
    return new Launched(process, exit);
  }

  /** Adopts; killed at the end as well. */
  public Optional<Launched> adopt(ProcessIdentity identity) throws IOException {
    CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    Optional<RunningProcess> process = processes.adopt(identity, exit::complete);
    process.ifPresent(launched::add);
    return process.map(adopted -> new Launched(adopted, exit));
  }

  /** What would be launched. */
  public LaunchSpec spec(List<Integer> descriptors, String... command) {
    return new LaunchSpec(
        List.of(command), directory, ENVIRONMENT, log(), descriptors, Optional.empty());
  }

  /** Where the output of all goes. */
  public Path log() {
    return directory.resolve("log");
  }

  /** The output of all until now. */
  public String output() throws IOException {
    return Files.exists(log()) ? Files.readString(log()) : "";
  }

  /** The real thing. */
  public Processes processes() {
    return processes;
  }

  /** A command that runs {@code main} of this test's class path in a JVM of its own. */
  public static List<String> java(Class<?> main, String... arguments) {
    List<String> command =
        new ArrayList<>(
            List.of(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "--enable-native-access=ALL-UNNAMED",
                "-cp",
                System.getProperty("java.class.path"),
                main.getName()));
    command.addAll(List.of(arguments));
    return command;
  }

  @Override
  public void close() throws IOException {
    for (RunningProcess process : launched) {
      process.signalGroup(Signal.SIGKILL);
    }
    processes.close();
  }
}
