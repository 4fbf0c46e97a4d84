package dev.pointsman.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.listen.SocketRecovery.How;
import dev.pointsman.agent.listen.SocketRecovery.Recovered;
import dev.pointsman.agent.process.Eventually;
import dev.pointsman.agent.process.ExitStatus.Signaled;
import dev.pointsman.agent.process.Launcher;
import dev.pointsman.agent.process.Launcher.Launched;
import dev.pointsman.agent.process.ProcessIdentity;
import dev.pointsman.agent.process.Signal;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.OptionalLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AgentDeathTest {
  @TempDir Path directory;

  @Test
  void theWorkerGoesOnServingAndIsTakenOverWithItsSocket() throws Exception {
    Process agent =
        new ProcessBuilder(Launcher.java(AgentStandIn.class, directory.toString()))
            .redirectErrorStream(true)
            .redirectOutput(directory.resolve("agent.log").toFile())
            .start();
    Path note = directory.resolve("note");
    Eventually.until(
        "the agent to have started its worker",
        () -> {
          assertThat(agent.isAlive() || Files.exists(note))
              .withFailMessage(() -> read(directory.resolve("agent.log")))
              .isTrue();
          return Files.exists(note);
        });
    String[] noted = Files.readString(note).split(" ");
    int port = Integer.parseInt(noted[0]);
    ProcessIdentity worker =
        new ProcessIdentity(Integer.parseInt(noted[1]), Long.parseLong(noted[2]), noted[3]);
    assertThat(answer(port)).isEqualTo("from " + worker.pid());

    agent.destroyForcibly(); // SIGKILL
    assertThat(agent.waitFor()).isEqualTo(128 + 9);

    assertThat(answer(port)).isEqualTo("from " + worker.pid());
    try (Launcher successor = new Launcher(directory)) {
      Launched adopted = successor.adopt(worker).orElseThrow();
      Recovered recovered =
          (Recovered)
              new SocketRecovery(
                      InheritedSockets.none(), Handover.NONE, directory, Duration.ofSeconds(1))
                  .takeBack(
                      new Endpoint("127.0.0.1", port),
                      16,
                      OptionalLong.empty(),
                      List.of(adopted.process()));
      assertThat(recovered.how()).isEqualTo(How.TAKEN);
      assertThat(answer(port)).isEqualTo("from " + worker.pid());

      adopted.process().signal(Signal.SIGKILL);

      assertThat(adopted.status()).isEqualTo(new Signaled(9, false));
      recovered.socket().close();
    }
  }

  private static String answer(int port) throws Exception {
    try (Socket socket = new Socket("127.0.0.1", port)) {
      socket.setSoTimeout(30_000);
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (java.io.IOException e) {
      return "no log: " + e;
    }
  }
}
