package dev.pointsman.agent.listen;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import dev.pointsman.agent.linux.DescriptorPassing;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.listen.SocketRecovery.How;
import dev.pointsman.agent.listen.SocketRecovery.Lost;
import dev.pointsman.agent.listen.SocketRecovery.Recovered;
import dev.pointsman.agent.listen.SocketRecovery.Recovery;
import dev.pointsman.agent.process.Eventually;
import dev.pointsman.agent.process.Launcher;
import dev.pointsman.agent.process.Launcher.Launched;
import dev.pointsman.agent.process.RunningProcess;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SocketRecoveryTest {
  private static final Endpoint ANY_PORT = new Endpoint("127.0.0.1", 0);
  private static final String SERVER =
      "require('net').createServer(s => s.end('from ' + process.pid)).listen({fd: 3})";

  @TempDir Path directory;
  private Launcher launcher;

  @BeforeEach
  void start() throws Exception {
    launcher = new Launcher(directory);
  }

  @AfterEach
  void stop() throws Exception {
    launcher.close();
  }

  @Test
  void takesTheSocketFromALiveWorkerAndLosesNoQueuedConnection() throws Exception {
    SharedSocket first = SharedSocket.bind(ANY_PORT, 16);
    Launched idle = holder(first);
    first.close();
    try (Socket queued = new Socket("127.0.0.1", first.endpoint().port())) {
      try (SharedSocket back = recovered(first, OptionalLong.of(first.inode()), idle, How.TAKEN)) {
        assertThat(back.inode()).isEqualTo(first.inode());
        assertThat(back.endpoint()).isEqualTo(first.endpoint());

        Launched server = launcher.launch(List.of(back.descriptor()), "node", "-e", SERVER);

        queued.setSoTimeout(30_000);
        assertThat(new String(queued.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
            .isEqualTo("from " + server.pid());
      }
    }
  }

  @Test
  void knowsTheSocketByItsAddressWhereNoInodeWasRecorded() throws Exception {
    SharedSocket first = SharedSocket.bind(ANY_PORT, 16);
    Launched idle = holder(first);
    first.close();

    try (SharedSocket back = recovered(first, OptionalLong.empty(), idle, How.TAKEN)) {
      assertThat(back.inode()).isEqualTo(first.inode());
    }
  }

  @Test
  void picksTheRightOneOfSeveralSockets() throws Exception {
    SharedSocket first = SharedSocket.bind(ANY_PORT, 16);
    SharedSocket second = SharedSocket.bind(ANY_PORT, 16);
    Launched idle =
        launcher.launch(List.of(first.descriptor(), second.descriptor()), "sleep", "600");
    first.close();
    second.close();

    try (SharedSocket back = recovered(second, OptionalLong.empty(), idle, How.TAKEN)) {
      assertThat(back.inode()).isEqualTo(second.inode());
    }
  }

  @Test
  void receivesItFromAWorkerThatGivesIt() throws Exception {
    SharedSocket first = SharedSocket.bind(ANY_PORT, 16);
    // The one that is asked holds nothing that could be taken: as where taking is forbidden.
    Launched asked = launcher.launch("sleep", "600");
    Launched real = holder(first);
    Handover giving =
        (worker, path) -> {
          assertThat(worker).isSameAs(asked.process());
          int borrowed = real.process().descriptorOf(3);
          DescriptorPassing.send(path, 0); // Nonsense in front does no harm.
          sendByProgram(borrowed, path);
          Descriptors.close(borrowed);
          return true;
        };
    first.close();

    Recovery recovery = takeBack(giving, first.endpoint(), OptionalLong.of(first.inode()), asked);

    assertThat(recovery).isInstanceOf(Recovered.class);
    try (SharedSocket back = ((Recovered) recovery).socket()) {
      assertThat(((Recovered) recovery).how()).isEqualTo(How.HANDED_OVER);
      assertThat(back.inode()).isEqualTo(first.inode());
      new Socket("127.0.0.1", back.endpoint().port()).close();
    }
    assertThat(handoverSockets()).isEmpty();
  }

  @Test
  void doesNotBelieveASocketThatListensElsewhere() throws Exception {
    try (SharedSocket wanted = SharedSocket.bind(ANY_PORT, 16);
        SharedSocket other = SharedSocket.bind(ANY_PORT, 16)) {
      Launched liar = launcher.launch("sleep", "600");
      long before = openDescriptors();
      Handover lying =
          (worker, path) -> {
            DescriptorPassing.send(path, other.descriptor());
            return true;
          };

      Recovery recovery =
          new SocketRecovery(InheritedSockets.none(), lying, directory, Duration.ofMillis(300))
              .takeBack(wanted.endpoint(), 16, OptionalLong.empty(), List.of(liar.process()));

      assertThat(recovery).isInstanceOf(Lost.class);
      assertThat(((Lost) recovery).reason())
          .contains(liar.process() + " was asked for it and gave nothing")
          .contains("EADDRINUSE")
          .contains("held by process " + ProcessHandle.current().pid());
      assertThat(openDescriptors()).isEqualTo(before);
    }
  }

  @Test
  void bindsAnewWhereNobodyHoldsThePort() throws Exception {
    SharedSocket first = SharedSocket.bind(ANY_PORT, 16);
    first.close();
    Launched bystander = launcher.launch("sleep", "600");

    try (SharedSocket back =
        recovered(first, OptionalLong.of(first.inode()), bystander, How.BOUND)) {
      assertThat(back.endpoint()).isEqualTo(first.endpoint());
    }
  }

  @Test
  void aWorkerThatIsGoneIsNoObstacle() throws Exception {
    SharedSocket first = SharedSocket.bind(ANY_PORT, 16);
    Launched gone = launcher.launch(List.of(first.descriptor()), "/bin/true");
    gone.status();
    first.close();

    recovered(first, OptionalLong.of(first.inode()), gone, How.BOUND).close();
  }

  private Launched holder(SharedSocket socket) throws Exception {
    return launcher.launch(List.of(socket.descriptor()), "sleep", "600");
  }

  /** Sends as a worker does: by the program, which has the socket as descriptor 3. */
  private void sendByProgram(int descriptor, Path path) {
    try {
      List<String> command = new ArrayList<>(HandoverMain.command());
      command.add(path.toString());
      launcher.launch(List.of(descriptor), command.toArray(String[]::new));
    } catch (Exception e) {
      throw new AssertionError("the sender could not be started", e);
    }
  }

  private SharedSocket recovered(
      SharedSocket first, OptionalLong inode, Launched worker, How expected) throws Exception {
    Recovery recovery = takeBack(Handover.NONE, first.endpoint(), inode, worker);
    assertThat(recovery).isInstanceOf(Recovered.class);
    assertThat(((Recovered) recovery).how()).isEqualTo(expected);
    return ((Recovered) recovery).socket();
  }

  private Recovery takeBack(
      Handover handover, Endpoint endpoint, OptionalLong inode, Launched worker) throws Exception {
    RunningProcess process = worker.process();
    if (process.isAlive()) {
      Eventually.until(
          "the worker to run its program",
          () -> Files.readString(Path.of("/proc/" + worker.pid() + "/comm")).startsWith("sleep"));
    }
    return new SocketRecovery(InheritedSockets.none(), handover, directory, Duration.ofSeconds(30))
        .takeBack(endpoint, 16, inode, List.of(process));
  }

  private List<Path> handoverSockets() throws Exception {
    try (Stream<Path> files = Files.list(directory)) {
      return files.filter(file -> file.toString().endsWith(".sock")).toList();
    }
  }

  private static long openDescriptors() throws Exception {
    try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries.count();
    }
  }
}
