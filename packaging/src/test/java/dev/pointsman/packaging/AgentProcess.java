package dev.pointsman.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/** The agent of a host: one process at a time, with one log for all of them. */
final class AgentProcess {
  private static final Duration START_LIMIT = Duration.ofSeconds(60);
  private static final Duration STOP_LIMIT = Duration.ofSeconds(30);

  private final Host host;
  private final Path log;
  private Process process;

  AgentProcess(Host host) {
    this.host = host;
    this.log = host.root().resolve("agent.log");
  }

  /** Starts it and returns when it says that it is ready. */
  void start() throws Exception {
    launch();
    Eventually.until("the agent is ready", START_LIMIT, this::notReady);
  }

  /** Starts it; it may still end by itself. */
  void launch() throws IOException {
    if (process != null && process.isAlive()) {
      throw new IllegalStateException("the agent runs already: " + process.pid());
    }
    List<String> line =
        new ArrayList<>(
            List.of(
                "env",
                "--default-signal=HUP", // Whoever began the tests may ignore it, as nohup does.
                host.program(),
                "agent",
                "--config",
                host.configFile().toString()));
    process = new Command(host.user().line(line), host.root(), host.environment()).start(log);
  }

  private String notReady() throws Exception {
    if (!process.isAlive()) {
      throw new AssertionError(
          "the agent ended with " + process.exitValue() + ":\n" + lastLines(60));
    }
    if (!Files.exists(host.socket())) {
      return "no API socket";
    }
    int status = host.api("GET", "/readyz").status();
    return status == 200 ? "" : "status " + status;
  }

  /** The exit code, once it has ended by itself. */
  int awaitEnd() throws InterruptedException {
    if (!process.waitFor(STOP_LIMIT.toMillis(), TimeUnit.MILLISECONDS)) {
      throw new AssertionError(
          "the agent did not end within " + STOP_LIMIT + ":\n" + lastLines(60));
    }
    return process.exitValue();
  }

  /** {@code kill -9}: it has no chance to do anything more. */
  void kill() throws InterruptedException {
    process.destroyForcibly();
    awaitEnd();
  }

  /** SIGTERM; the exit code. */
  int terminate() throws InterruptedException {
    process.destroy();
    return awaitEnd();
  }

  /** Ends it if it runs. */
  void end() throws InterruptedException {
    if (process != null && process.isAlive()) {
      kill();
    }
  }

  long pid() {
    return process.pid();
  }

  boolean isAlive() {
    return process.isAlive();
  }

  /** All that agents of this host have logged. */
  String log() {
    try {
      return Files.exists(log) ? Files.readString(log) : "";
    } catch (IOException e) {
      return "(" + log + " cannot be read: " + e.getMessage() + ")";
    }
  }

  String lastLines(int count) {
    List<String> lines = log().lines().toList();
    return String.join("\n", lines.subList(Math.max(0, lines.size() - count), lines.size()));
  }
}
