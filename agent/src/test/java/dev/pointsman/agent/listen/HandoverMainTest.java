package dev.pointsman.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class HandoverMainTest {
  @TempDir Path directory;

  @Test
  void saysHowItIsUsed() throws Exception {
    assertThat(run(64)).startsWith("usage: HandoverMain PATH");
  }

  @Test
  void saysWhyItCouldNotSend() throws Exception {
    Path nobody = directory.resolve("nobody");

    assertThat(run(1, nobody.toString()))
        .startsWith("cannot hand descriptor 3 over to " + nobody + ": sendmsg: ");
  }

  private static String run(int expectedExit, String... arguments) throws Exception {
    List<String> command = new ArrayList<>(HandoverMain.command());
    command.addAll(List.of(arguments));
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).isEqualTo(expectedExit);
    return output;
  }
}
