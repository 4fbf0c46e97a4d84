package dev.pointsman.agent;

import dev.pointsman.agent.cli.CommandLineMain;
import dev.pointsman.agent.config.ConfigInvalid;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/**
 * One short life of an agent in a folder of its own, with what commands and uploads go through:
 * what the start-up cache is made from ({@code bin/pointsman-aot}). It runs no worker and touches
 * nothing outside its folder.
 */
final class Training {
  private static final String KEY =
      "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIFpbJbVt0Xk9SrVdNgQb5sB6b4ZMTuVQvpg0ZyYV0F0t";

  private Training() {}

  /** Lives it; the exit code. */
  static int run() {
    try {
      Path folder = Files.createTempDirectory("pm-train");
      try {
        live(folder);
        return 0;
      } finally {
        delete(folder);
      }
    } catch (IOException | ConfigInvalid e) {
      System.err.println("training failed: " + e.getMessage());
      return 1;
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return 1;
    }
  }

  private static void live(Path folder) throws IOException, ConfigInvalid, InterruptedException {
    Path host = configure(folder);
    Files.createDirectories(folder.resolve("tree"));
    Files.writeString(folder.resolve("tree/server.js"), "require('node:http');\n");
    String socket = folder.resolve("run/api.sock").toString();
    try (Agent _ = Agent.start(host, Distribution.find())) {
      for (List<String> command : commands(folder)) {
        try (PrintStream nowhere = new PrintStream(OutputStream.nullOutputStream())) {
          int _ =
              CommandLineMain.run(
                  command.toArray(String[]::new),
                  nowhere,
                  nowhere,
                  Map.of("POINTSMAN_SOCKET", socket),
                  _ -> 0);
        }
      }
    }
  }

  /**
   * The bundle carries no signature and is refused: reading, checking and refusing is what every
   * upload begins with.
   */
  private static List<List<String>> commands(Path folder) {
    String bundle = folder.resolve("bundle").toString();
    return List.of(
        List.of("status"),
        List.of("status", "--json"),
        List.of("releases", "train"),
        List.of(
            "pack",
            "--app",
            "train",
            "--release",
            "r1",
            "--sequence",
            "1",
            "--env",
            "prod",
            "--output",
            bundle,
            folder.resolve("tree").toString()),
        List.of("push", bundle),
        List.of("deploy", "train", "r1"),
        List.of("rollback", "train"),
        List.of("status", "train"));
  }

  private static Path configure(Path folder) throws IOException {
    Files.createDirectories(folder.resolve("apps.d"));
    Files.writeString(
        folder.resolve("allowed_signers"),
        "ci@train namespaces=\"release.v1@pointsman\" " + KEY + "\n");
    Path host = folder.resolve("agent.toml");
    Files.writeString(
        host,
        """
        root = "%s/root"
        run = "%s/run"
        [trust]
        allowed_signers = "allowed_signers"
        """
            .formatted(folder, folder));
    Files.writeString(
        folder.resolve("apps.d/train.toml"),
        """
        listen = "127.0.0.1:%d"
        command = ["node", "server.js"]
        [trust]
        require = ["1 of ci@train"]
        """
            .formatted(freePort()));
    return host;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  private static void delete(Path folder) throws IOException {
    try (Stream<Path> paths = Files.walk(folder)) {
      for (Path path : paths.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }
}
