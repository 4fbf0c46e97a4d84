package dev.pointsman.agent.pack;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/** Runs a POSIX shell script as CI would. */
final class Shell {
  private Shell() {}

  /** What {@code script} prints in {@code directory}; fails where the script does. */
  static String run(Path directory, String script) throws IOException, InterruptedException {
    Process process =
        new ProcessBuilder("sh", "-euc", script)
            .directory(directory.toFile())
            .redirectErrorStream(true)
            .start();
    process.getOutputStream().close();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor(30, TimeUnit.SECONDS)).as("ends in time: %s", script).isTrue();
    assertThat(process.exitValue()).as("%s%n%s", script, output).isZero();
    return output;
  }
}
