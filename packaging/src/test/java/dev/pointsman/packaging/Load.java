package dev.pointsman.packaging;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The client of {@code packaging/load}, which never tries a request twice and counts every failure.
 */
final class Load implements Started {
  private final Path directory;
  private final Process process;

  private Load(Path directory, Process process) {
    this.directory = directory;
    this.process = process;
  }

  /** Starts it; on return it has had its first answers. */
  static Load start(Path root, int port, int rate) throws Exception {
    return start(root, port, rate, List.of());
  }

  /** One for any server, whose pages say {@code release NAME}. */
  static Load plain(Path root, int port, int rate) throws Exception {
    return start(root, port, rate, List.of("--plain", "/", "--plain-release", "release (\\w+)"));
  }

  private static Load start(Path root, int port, int rate, List<String> more) throws Exception {
    Path directory = Files.createTempDirectory(root, "load-");
    List<String> line =
        new ArrayList<>(
            List.of(
                "node",
                Program.folder().resolve("load/load.mjs").toString(),
                "--url",
                "http://127.0.0.1:" + port,
                "--rate",
                Integer.toString(rate),
                "--timeout",
                "20s",
                "--max-duration",
                "60m",
                "--json",
                directory.resolve("report.json").toString(),
                "--status",
                directory.resolve("status.json").toString()));
    line.addAll(more);
    Process process = new Command(line, directory, Map.of()).start(directory.resolve("output.txt"));
    Load load = new Load(directory, process);
    Eventually.until("the load client has answers", () -> load.requests() > 0);
    return load;
  }

  /** The counts so far. */
  JsonNode soFar() throws Exception {
    if (!process.isAlive()) {
      throw new AssertionError(
          "the load client has ended: " + Files.readString(directory.resolve("output.txt")));
    }
    Path file = directory.resolve("status.json");
    return Files.exists(file) ? Host.JSON.readTree(file.toFile()) : Host.JSON.createObjectNode();
  }

  long requests() throws Exception {
    return soFar().path("requests").asLong();
  }

  /** Returns when {@code more} further requests have been answered. */
  void proceeds(int more) throws Exception {
    long from = requests();
    Eventually.until(more + " more requests", () -> requests() >= from + more);
  }

  /** Fails if any request has failed until now. */
  void hasNotFailed() throws Exception {
    check(soFar());
  }

  /** Stops it; the report. */
  JsonNode stop() throws Exception {
    process.destroy();
    if (!process.waitFor(60, TimeUnit.SECONDS)) {
      throw new AssertionError("the load client did not stop");
    }
    return Host.JSON.readTree(directory.resolve("report.json").toFile());
  }

  /** Stops it, and fails if any request has; how many there were. */
  long stopWithoutFailure() throws Exception {
    JsonNode report = stop();
    check(report);
    return report.get("requests").asLong();
  }

  private static void check(JsonNode report) {
    if (report.path("requests").asLong() == 0 || report.path("failed").asLong() != 0) {
      throw new AssertionError(
          report.path("failed")
              + " of "
              + report.path("requests")
              + " requests failed: "
              + report.path("failures")
              + "\n"
              + report.path("samples").toPrettyString());
    }
  }

  @Override
  public void end() throws Exception {
    process.destroyForcibly().waitFor();
  }
}
