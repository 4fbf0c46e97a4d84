package dev.pointsman.agent.cli;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/** The commit that a directory is at, where git knows one. */
final class GitCommit {
  private static final int SECONDS = 10;

  private GitCommit() {}

  /** The first seven digits; empty where there is no git or no commit. */
  static Optional<String> of(Path directory) throws InterruptedException {
    try {
      Process git =
          new ProcessBuilder("git", "rev-parse", "--short=7", "HEAD")
              .directory(directory.toFile())
              .redirectError(ProcessBuilder.Redirect.DISCARD)
              .start();
      git.getOutputStream().close();
      String text;
      try (var output = git.getInputStream()) {
        text = new String(output.readNBytes(128), StandardCharsets.US_ASCII).strip();
      }
      if (!git.waitFor(SECONDS, TimeUnit.SECONDS)) {
        git.destroyForcibly();
        return Optional.empty();
      }
      return git.exitValue() == 0 && text.matches("[0-9a-f]{7,40}")
          ? Optional.of(text)
          : Optional.empty();
    } catch (IOException e) {
      return Optional.empty(); // No git here: the release is named by its time alone.
    }
  }
}
