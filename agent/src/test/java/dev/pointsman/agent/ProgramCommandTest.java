package dev.pointsman.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ProgramCommandTest {
  @TempDir Path directory;

  private Path script(String text) throws IOException {
    Path script = Files.writeString(directory.resolve("program"), "#!/bin/sh\n" + text);
    assertThat(script.toFile().setExecutable(true)).isTrue();
    return script;
  }

  @Test
  void asksTheLauncherWhatItWouldBecome() throws Exception {
    Path program =
        script(
            "[ -n \"$POINTSMAN_SHOW_COMMAND\" ] || exit 9\n"
                + "printf '%s\\n' A=1 EMPTY= \"HOME=$HOME\" '' /bin/sh -c 'two words' \"$@\"\n");

    ProgramCommand command =
        ProgramCommand.of(program, List.of("agent", "--config", "/a b"), Map.of("HOME", "/h=1"));

    assertThat(command.words())
        .containsExactly("/bin/sh", "-c", "two words", "agent", "--config", "/a b");
    assertThat(command.variables()).isEqualTo(Map.of("A", "1", "HOME", "/h=1"));
  }

  @Test
  void saysWhyALauncherIsNoUse() throws Exception {
    Path failing = script("echo no java here >&2; exit 69\n");
    assertThatThrownBy(() -> ProgramCommand.of(failing, List.of(), Map.of()))
        .isInstanceOf(IOException.class)
        .hasMessage(failing + " failed with exit code 69: no java here");
    for (String text : List.of("", "A=1\n", "A=1\n\n", "A=1\n\n/no/such/program\n")) {
      assertThatThrownBy(() -> ProgramCommand.parse(failing, text))
          .as(text)
          .isInstanceOf(IOException.class)
          .hasMessageStartingWith(failing + " does not say which program it would run");
    }
  }

  @Test
  void givesItNoOtherEnvironment() throws Exception {
    Path program = script("env\n");

    ProgramCommand.Said said = ProgramCommand.run(program, List.of(), Map.of("ONLY", "this"));

    assertThat(said.exit()).isZero();
    assertThat(said.text()).contains("ONLY=this").doesNotContain("JAVA_HOME");
  }
}
