package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class IgnoredChildrenTest {
  @TempDir Path directory;

  /** An agent whose starter ignores SIGCHLD, which is inherited. */
  static final class Agent {
    private Agent() {}

    public static void main(String[] args) throws Exception {
      try (Launcher launcher = new Launcher(Path.of(args[0]))) {
        System.out.println(launcher.launch("sh", "-c", "exit 23").status());
      }
    }
  }

  @Test
  void exitCodesAreExactEvenWhereTheStarterOfTheAgentIgnoresChildren() throws Exception {
    List<String> command = new ArrayList<>(List.of("sh", "-c", "trap '' CHLD; exec \"$@\"", "sh"));
    command.addAll(Launcher.java(Agent.class, directory.toString()));
    Process agent = new ProcessBuilder(command).redirectErrorStream(true).start();

    assertThat(new String(agent.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
        .isEqualTo("exit code 23\n");
  }
}
