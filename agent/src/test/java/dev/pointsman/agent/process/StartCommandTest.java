package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import dev.pointsman.agent.linux.Users;
import dev.pointsman.agent.process.ExitStatus.Exited;
import dev.pointsman.agent.process.Launcher.Launched;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class StartCommandTest {
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
  void refusesAProgramThatIsInNoDirectoryOfTheAppsOwnPath() throws Exception {
    // It is on the agent's PATH, which does not count.
    assertThat(refusal(Map.of("PATH", directory + ":/nonexistent"), "sh"))
        .startsWith("the program 'sh' is in no directory of PATH=" + directory + ":/nonexistent.")
        .endsWith("or set PATH under [env] in the app's file");
    assertThat(refusal(Map.of(), "no-such-program")).contains("PATH=/usr/local/bin:/usr/bin:/bin");
    assertThat(refusal(Map.of(), "")).contains("''");
  }

  @Test
  void pointsToNpxForAProgramOfThePackages() throws Exception {
    script("node_modules/.bin/next", "#!/usr/bin/env node\n");

    assertThat(refusal(Map.of(), "next", "start")).endsWith("write 'npx next'");
  }

  @Test
  void refusesWhatIsNoProgram() throws Exception {
    Files.writeString(directory.resolve("data"), "x");

    assertThat(refusal(Map.of(), "./data"))
        .isEqualTo(
            "the program %s/data is not executable: chmod +x it before it is packed"
                .formatted(directory.toRealPath()));
    assertThat(refusal(Map.of(), "./missing")).endsWith("missing does not exist");
    assertThat(refusal(Map.of(), directory.toString())).endsWith("is not a file");
    assertThat(refusal(Map.of())).startsWith("the command is empty");
    assertThat(refusal(Map.of(), "sh", "a\0b")).contains("NUL");
  }

  @Test
  void refusesAScriptWhoseInterpreterIsNotHere() throws Exception {
    script("direct", "#!/opt/no/such/interpreter\n");
    script("byname", "#!/usr/bin/env no-such-interpreter\n");

    assertThat(refusal(Map.of(), "./direct"))
        .endsWith("asks for /opt/no/such/interpreter, which is not on this host");
    assertThat(refusal(Map.of(), "./byname"))
        .contains("asks for 'no-such-interpreter', which is in no directory of PATH=");
  }

  @Test
  void runsAProgramRelativeToTheWorkingDirectory() throws Exception {
    script("bin/run", "#!/bin/sh\necho \"got $0 $1\"; exit 4\n");

    assertThat(launcher.launch("bin/run", "$HOME '\"").status()).isEqualTo(new Exited(4));
    assertThat(launcher.output())
        .isEqualTo("got %s/bin/run $HOME '\"\n".formatted(directory.toRealPath()));
  }

  @Test
  void refusesAWorkingDirectoryThatCannotBeEntered() throws Exception {
    Path file = Files.writeString(directory.resolve("file"), "");

    assertThat(refusal(spec(directory.resolve("gone"), directory.resolve("log"), Map.of())))
        .startsWith("the working directory " + directory + "/gone cannot be entered: NoSuchFile");
    assertThat(refusal(spec(file, directory.resolve("log"), Map.of())))
        .endsWith("/file is not a directory");
  }

  @Test
  void refusesVariablesThatAShellWouldSwallow() throws Exception {
    assertThat(refusal(Map.of("with.dot", "x"), "true")).contains("'with.dot' cannot be passed on");
    assertThat(refusal(Map.of("NUL", "a\0b"), "true")).contains("'NUL' cannot be passed on");
  }

  @Test
  void failsWhereTheLogCannotBeOpened() {
    Path log = directory.resolve("gone/log");

    assertThatThrownBy(() -> launcher.launch(spec(directory, log, Map.of())))
        .isInstanceOf(IOException.class)
        .hasMessageStartingWith("cannot open the log " + log + ": NoSuchFileException");
  }

  @Test
  void failsWhereADescriptorIsNotOpenAndLeavesNoneBehind() throws Exception {
    launcher.launch("/bin/true").status();
    long before = openDescriptors();

    assertThatThrownBy(() -> launcher.launch(List.of(0, 9999), "/bin/true"))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("cannot start [/bin/true] in " + directory)
        .hasMessageContaining("EBADF");
    assertThat(openDescriptors()).isEqualTo(before);
  }

  @Test
  void failsWhereTheEnvironmentIsTooLarge() {
    Map<String, String> huge = Map.of("HUGE", "x".repeat(1 << 20));

    assertThatThrownBy(() -> launcher.launch(spec(directory, launcher.log(), huge)))
        .isInstanceOf(IOException.class)
        .hasMessageContaining("Argument list too long (E2BIG)");
  }

  @Test
  void refusesAUserThatIsNotHere() {
    assertThat(refusal(as("no-such-user-here")))
        .startsWith("there is no user 'no-such-user-here' on this host: create it (useradd");
  }

  @Test
  void runsAsAnotherUserWithoutRightsWhereTheAgentMay() throws Exception {
    LaunchSpec asNobody = as("nobody");
    int self = Users.effectiveUid();
    int nobody = Users.find("nobody").orElseThrow().uid();
    if (self != 0 && self != nobody) {
      assertThat(refusal(asNobody))
          .startsWith("the agent runs as uid " + self + " and may not start processes as 'nobody'");
      return;
    }
    Launched worker = launcher.launch(asNobody);
    Eventually.until("the worker to speak", () -> launcher.output().endsWith("end\n"));

    assertThat(launcher.output())
        .contains("uid " + nobody + "\n")
        .contains("pid is " + worker.pid() + " and " + worker.pid() + "\n");
    if (self == 0) {
      assertThat(launcher.output()).contains("NoNewPrivs:\t1\n");
    }
    assertThat(launcher.output()).contains("CapEff:\t0000000000000000\n");
    assertThat(worker.status()).isEqualTo(new Exited(0));
  }

  private LaunchSpec as(String user) {
    String script =
        "echo uid $(id -u); echo pid is $$ and $LISTEN_PID; grep -E 'NoNewPrivs|CapEff'"
            + " /proc/self/status; echo end";
    return new LaunchSpec(
        List.of("sh", "-c", script),
        Path.of("/"),
        Map.of("PATH", "/usr/bin:/bin"),
        directory.resolve("log"),
        List.of(),
        Optional.of(user));
  }

  private LaunchSpec spec(Path workingDirectory, Path log, Map<String, String> environment) {
    return new LaunchSpec(
        List.of("/bin/true"), workingDirectory, environment, log, List.of(), Optional.empty());
  }

  private String refusal(Map<String, String> environment, String... command) {
    return refusal(
        new LaunchSpec(
            List.of(command),
            directory,
            environment,
            directory.resolve("log"),
            List.of(),
            Optional.empty()));
  }

  private String refusal(LaunchSpec spec) {
    Rejected rejected = catchThrowableOfType(Rejected.class, () -> launcher.launch(spec));
    assertThat(rejected).isNotNull();
    assertThat(rejected.code()).isEqualTo(ErrorCode.COMMAND_INVALID);
    return rejected.detail();
  }

  private void script(String name, String text) throws IOException {
    Path file = directory.resolve(name);
    Files.createDirectories(file.getParent());
    Files.writeString(file, text);
    Files.setPosixFilePermissions(file, PosixFilePermissions.fromString("rwxr-xr-x"));
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> entries = Files.list(Path.of("/proc/self/fd"))) {
      return entries.count();
    }
  }
}
