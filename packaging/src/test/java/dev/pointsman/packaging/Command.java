package dev.pointsman.packaging;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * A program that is run to its end, which it must reach in time.
 *
 * @param environment all of it: nothing is inherited
 */
record Command(List<String> line, Path directory, Map<String, String> environment) {
  private static final Duration LIMIT = Duration.ofSeconds(90);

  /**
   * How it ended.
   *
   * @param exit as a shell tells it: 128 and more for a signal
   */
  record Ran(List<String> line, int exit, String out, String err) {
    /** Fails unless it exited with {@code expected}. */
    Ran exits(int expected) {
      if (exit != expected) {
        throw new AssertionError(
            line + " exited with " + exit + ", not " + expected + "\n" + out + err);
      }
      return this;
    }

    /** Everything it said. */
    String said() {
      return out + err;
    }
  }

  static Command of(Path directory, String... line) {
    return new Command(List.of(line), directory, Map.of());
  }

  Command with(String name, String value) {
    Map<String, String> more = new HashMap<>(environment);
    more.put(name, value);
    return new Command(line, directory, more);
  }

  /** What every program is given, so that a test does not depend on who runs it. */
  static Map<String, String> plainEnvironment() {
    return Map.of(
        "PATH",
        System.getenv("PATH"),
        "LC_ALL",
        "C.UTF-8",
        "HOME",
        System.getProperty("user.home"));
  }

  /** Starts it with its output in {@code log}, added to what is there. */
  Process start(Path log) throws IOException {
    ProcessBuilder builder =
        builder()
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
    return builder.start();
  }

  /** Runs it; it is killed, and the test fails, where it takes too long. */
  Ran run() throws IOException, InterruptedException {
    return run(LIMIT);
  }

  /** The same, with more time or less. */
  Ran run(Duration limit) throws IOException, InterruptedException {
    Path out = Files.createTempFile("pm-out", ".txt");
    Path err = Files.createTempFile("pm-err", ".txt");
    try {
      Process process = builder().redirectOutput(out.toFile()).redirectError(err.toFile()).start();
      try {
        if (!process.waitFor(limit.toMillis(), TimeUnit.MILLISECONDS)) {
          throw new AssertionError(
              line
                  + " did not end within "
                  + limit
                  + "\n"
                  + Files.readString(out)
                  + Files.readString(err));
        }
      } finally {
        process.destroyForcibly();
      }
      return new Ran(line, process.exitValue(), read(out), read(err));
    } finally {
      Files.delete(out);
      Files.delete(err);
    }
  }

  private ProcessBuilder builder() {
    ProcessBuilder builder = new ProcessBuilder(line).directory(directory.toFile());
    builder.environment().clear();
    builder.environment().putAll(plainEnvironment());
    builder.environment().putAll(environment);
    builder.redirectInput(ProcessBuilder.Redirect.from(Path.of("/dev/null").toFile()));
    return builder;
  }

  private static String read(Path file) throws IOException {
    return new String(Files.readAllBytes(file), UTF_8);
  }
}
