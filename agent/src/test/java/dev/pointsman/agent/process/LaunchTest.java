package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.Sockets;
import dev.pointsman.agent.linux.Spawn;
import dev.pointsman.agent.process.ExitStatus.Exited;
import dev.pointsman.agent.process.ExitStatus.Signaled;
import dev.pointsman.agent.process.Launcher.Launched;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LaunchTest {
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
  void givesExactlyTheDescriptorsAskedForInOrder() throws Exception {
    try (ServerSocket ours = new ServerSocket(0)) {
      int first = Sockets.listen(loopback(), 5);
      int second = Sockets.listen(loopback(), 5);
      try {
        Launched sleeper = sleeper(List.of(second, first));

        assertDescriptors(
            sleeper,
            Map.of(
                "0", "/dev/null",
                "1", launcher.log().toRealPath().toString(),
                "2", launcher.log().toRealPath().toString(),
                "3", Descriptors.target(second),
                "4", Descriptors.target(first)));
        assertThat(ours.isBound()).isTrue();
      } finally {
        Descriptors.close(first);
        Descriptors.close(second);
      }
    }
  }

  @Test
  void passesDescriptorsWhoseNumbersAreAmongTheTargets() throws Exception {
    List<Integer> sockets = new ArrayList<>();
    try {
      // More than there are descriptors below them, and downwards: targets meet sources.
      while (sockets.isEmpty()
          || Spawn.FIRST_DESCRIPTOR + sockets.size() < sockets.getLast() + 10) {
        sockets.addFirst(Sockets.listen(loopback(), 5));
      }
      Map<String, String> expected = new TreeMap<>();
      for (int i = 0; i < sockets.size(); i++) {
        expected.put(
            Integer.toString(Spawn.FIRST_DESCRIPTOR + i), Descriptors.target(sockets.get(i)));
      }
      expected.put("0", "/dev/null");
      expected.put("1", launcher.log().toAbsolutePath().toString());
      expected.put("2", launcher.log().toAbsolutePath().toString());

      assertDescriptors(sleeper(sockets), expected);
    } finally {
      for (int socket : sockets) {
        Descriptors.close(socket);
      }
    }
  }

  @Test
  void givesTheEnvironmentAsItIsAndTheProcessItsOwnNumber() throws Exception {
    Map<String, String> environment =
        Map.of(
            "PATH", "/usr/bin:/bin", "GREETING", "two words = \"one\" $HOME\nand a line", "E", "");
    Launched sleeper =
        launcher.launch(
            new LaunchSpec(
                List.of("sleep", "600"),
                directory,
                environment,
                launcher.log(),
                List.of(),
                Optional.empty()));
    awaitProgram(sleeper, "sleep");

    Map<String, String> expected = new TreeMap<>(environment);
    expected.put("LISTEN_PID", Integer.toString(sleeper.pid()));
    Map<String, String> seen = new TreeMap<>();
    for (String variable : proc(sleeper.pid(), "environ").split("\0")) {
      int equals = variable.indexOf('=');
      seen.put(variable.substring(0, equals), variable.substring(equals + 1));
    }
    seen.remove("_"); // Where sh is bash.
    assertThat(seen).isEqualTo(expected);
  }

  @Test
  void startsInTheResolvedDirectoryInASessionOfItsOwnWithNoSignalBlocked() throws Exception {
    Path release = Files.createDirectory(directory.resolve("r1"));
    Path link = Files.createSymbolicLink(directory.resolve("current"), release);
    Launched sleeper =
        launcher.launch(
            new LaunchSpec(
                List.of("/bin/sleep", "600"),
                link,
                Map.of(),
                launcher.log(),
                List.of(),
                Optional.empty()));
    awaitProgram(sleeper, "sleep");
    int pid = sleeper.pid();

    assertThat(Files.readSymbolicLink(Path.of("/proc/" + pid + "/cwd")))
        .isEqualTo(release.toRealPath());
    assertThat(ProcFiles.stat(pid).orElseThrow().session()).isEqualTo(pid);
    assertThat(status(pid, "SigBlk")).isEqualTo("0000000000000000");
    // The C library keeps 32 and 33 to itself; nothing else may be ignored.
    assertThat(Long.parseLong(status(pid, "SigIgn"), 16) & 0x7FFFFFFFL).isZero();
  }

  @Test
  void tellsExitCodesAndSignalsExactly() throws Exception {
    assertThat(launcher.launch("/bin/true").status()).isEqualTo(new Exited(0));
    assertThat(launcher.launch("sh", "-c", "exit 37").status()).isEqualTo(new Exited(37));
    assertThat(launcher.launch("sh", "-c", "kill -TERM $$").status())
        .isEqualTo(new Signaled(15, false));
    Launched sleeper = sleeper(List.of());
    assertThat(sleeper.process().signal(Signal.SIGKILL)).isTrue();
    assertThat(sleeper.status()).isEqualTo(new Signaled(9, false));
    assertThat(sleeper.status()).hasToString("killed by SIGKILL");
  }

  @Test
  void aProcessThatEndedIsNotAliveAndNotSignalled() throws Exception {
    Launched ended = launcher.launch("/bin/true");
    ended.status();

    assertThat(ended.process().isAlive()).isFalse();
    assertThat(ended.process().signal(Signal.SIGTERM)).isFalse();
    assertThat(ended.process().signalGroup(Signal.SIGTERM)).isFalse();
    assertThat(ended.process().residentBytes()).isEmpty();
    assertThat(ProcFiles.stat(ended.pid()).filter(stat -> stat.state() == 'Z')).isEmpty();
  }

  @Test
  void aRunningProcessIsAliveAndHasMemory() throws Exception {
    Launched sleeper = sleeper(List.of());

    assertThat(sleeper.process().isAlive()).isTrue();
    Eventually.until(
        "a plausible size",
        () -> {
          long bytes = sleeper.process().residentBytes().orElseThrow();
          return bytes > 100_000 && bytes < 100_000_000;
        });
    assertThat(ProcessIdentity.of(sleeper.pid())).contains(sleeper.process().identity());
  }

  @Test
  void killsWhatIsLeftOfTheGroupBeforeItTellsTheEnd() throws Exception {
    Launched parent = launcher.launch("sh", "-c", "sleep 600 & echo child $!; read -r x < fifo");
    Eventually.until("the child to be named", () -> launcher.output().contains("child "));
    int child = Integer.parseInt(launcher.output().lines().findFirst().orElseThrow().substring(6));
    ProcessIdentity orphan = ProcessIdentity.of(child).orElseThrow();

    parent.status(); // There is no fifo, so the shell ends and leaves its child behind.

    Eventually.until(
        "the child to be dead",
        () ->
            ProcFiles.stat(child)
                .filter(stat -> stat.startTicks() == orphan.startTicks() && stat.state() != 'Z')
                .isEmpty());
  }

  @Test
  void signalsTheWholeGroup() throws Exception {
    Launched parent =
        launcher.launch(
            "sh", "-c", "trap 'wait; exit 5' TERM; sh -c 'echo up; exec sleep 600' & wait");
    Eventually.until("the group to be up", () -> launcher.output().contains("up"));

    assertThat(parent.process().signalGroup(Signal.SIGTERM)).isTrue();

    assertThat(parent.status()).isEqualTo(new Exited(5));
  }

  @Test
  void leaksNoDescriptorOverTwoHundredLaunches() throws Exception {
    int socket = Sockets.listen(loopback(), 5);
    try {
      for (int i = 0; i < 5; i++) {
        launcher.launch(List.of(socket), "/bin/true").status();
      }
      long before = openDescriptors();
      for (int i = 0; i < 200; i++) {
        assertThat(launcher.launch(List.of(socket), "/bin/true").status()).isEqualTo(new Exited(0));
      }
      assertThat(openDescriptors()).isLessThanOrEqualTo(before);
    } finally {
      Descriptors.close(socket);
    }
  }

  @Test
  void aHandlerThatThrowsDoesNotEndSupervision() throws Exception {
    launcher
        .processes()
        .launch(
            launcher.spec(List.of(), "/bin/true"),
            status -> {
              throw new IllegalStateException("planted");
            });

    assertThat(launcher.launch("sh", "-c", "exit 3").status()).isEqualTo(new Exited(3));
  }

  private Launched sleeper(List<Integer> descriptors) throws Exception {
    Launched sleeper = launcher.launch(descriptors, "sleep", "600");
    awaitProgram(sleeper, "sleep");
    return sleeper;
  }

  private static void awaitProgram(Launched launched, String name) throws Exception {
    Eventually.until(
        launched.pid() + " to become " + name,
        () -> proc(launched.pid(), "comm").strip().equals(name));
  }

  private static InetSocketAddress loopback() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  /** A program that has just begun still has its libraries open, so this may take a moment. */
  private static void assertDescriptors(Launched launched, Map<String, String> expected)
      throws Exception {
    try {
      Eventually.until("as expected", () -> descriptors(launched.pid()).equals(expected));
    } catch (AssertionError e) {
      assertThat(descriptors(launched.pid())).isEqualTo(expected);
    }
  }

  private static Map<String, String> descriptors(int pid) throws Exception {
    Map<String, String> descriptors = new TreeMap<>();
    try (Stream<Path> entries = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path entry : entries.toList()) {
        descriptors.put(entry.getFileName().toString(), target(entry));
      }
    }
    return descriptors;
  }

  private static String target(Path descriptor) {
    try {
      return Files.readSymbolicLink(descriptor).toString();
    } catch (IOException e) {
      return "closed since it was listed";
    }
  }

  private static long openDescriptors() throws Exception {
    try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries.count();
    }
  }

  private static String status(int pid, String key) throws Exception {
    return proc(pid, "status")
        .lines()
        .filter(line -> line.startsWith(key + ":"))
        .findFirst()
        .orElseThrow()
        .substring(key.length() + 1)
        .strip();
  }

  private static String proc(int pid, String file) throws Exception {
    return Files.readString(Path.of("/proc/" + pid + "/" + file));
  }
}
