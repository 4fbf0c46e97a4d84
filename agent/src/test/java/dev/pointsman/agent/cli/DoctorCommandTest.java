package dev.pointsman.agent.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

final class DoctorCommandTest {
  @TempDir Path temp;
  private final Terminal terminal = Terminal.plain();

  @Test
  void saysWhatIsWrongWhyAndWhatNext() throws Exception {
    Path file = temp.resolve("agent.toml");
    Files.writeString(file, "nonsense = 1\n");
    assertThat(terminal.run("doctor", "--config", file.toString())).isEqualTo(ExitCode.FAILED);
    assertThat(terminal.out())
        .contains(
            "bad  configuration: " + file,
            "     why:  the agent does not start with it",
            "     next: pointsman check-config --config " + file,
            "1 bad, 0 to look at, 0 as they are to be\n");
    assertThat(terminal.api.asked).as("no agent is needed").isEmpty();
  }

  @Test
  void printsJson() throws Exception {
    Path file = temp.resolve("agent.toml");
    Files.writeString(file, "nonsense = 1\n");
    assertThat(terminal.run("doctor", "--json", "--config", file.toString())).isEqualTo(1);
    assertThat(terminal.out())
        .startsWith("{\"findings\":[{\"check\":\"configuration\",\"level\":\"bad\",\"what\":");
  }
}
