package dev.pointsman.agent.process;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.ExitStatus.Exited;
import dev.pointsman.agent.process.ExitStatus.Signaled;
import dev.pointsman.agent.process.Launcher.Launched;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AdoptionTest {
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
  void tellsTheSignalThatEndedAProcessOfSomebodyElse() throws Exception {
    Launched adopted = launcher.adopt(stranger("", "exec sleep 600")).orElseThrow();
    assertThat(adopted.process().isAlive()).isTrue();

    assertThat(adopted.process().signal(Signal.SIGTERM)).isTrue();

    assertThat(adopted.status()).isEqualTo(new Signaled(15, false));
    assertThat(adopted.process().isAlive()).isFalse();
  }

  @Test
  void tellsTheExitCodeOfAProcessOfSomebodyElse() throws Exception {
    Launched adopted =
        launcher.adopt(stranger("trap 'exit 42' TERM", "while :; do sleep 1; done")).orElseThrow();

    adopted.process().signalGroup(Signal.SIGTERM);

    assertThat(adopted.status()).isEqualTo(new Exited(42));
  }

  @Test
  void tellsASuccessfulEndOfAProcessOfSomebodyElse() throws Exception {
    Launched adopted =
        launcher.adopt(stranger("trap 'exit 0' TERM", "while :; do sleep 1; done")).orElseThrow();

    adopted.process().signalGroup(Signal.SIGTERM);

    assertThat(adopted.status()).isEqualTo(new Exited(0));
  }

  @Test
  void tellsHowOneEndedThatItsOwnParentDoesNotReap() throws Exception {
    launcher.launch(
        "sh",
        "-c",
        "sh -c 'trap \"exit 7\" TERM; echo up $$; while :; do sleep 1; done' & exec sleep 600");
    Eventually.until("the grandchild to be up", () -> launcher.output().contains("up "));
    int pid = Integer.parseInt(launcher.output().strip().substring(3));
    Launched adopted = launcher.adopt(ProcessIdentity.of(pid).orElseThrow()).orElseThrow();

    adopted.process().signal(Signal.SIGTERM);

    assertThat(adopted.status()).isEqualTo(new Exited(7));
    assertThat(ProcFiles.stat(pid).orElseThrow().state()).isEqualTo('Z');
  }

  @Test
  void anOwnChildIsReapedAfterAdoptionToo() throws Exception {
    // As after an exec of the agent: the children stay, the handles are gone.
    Process child = new ProcessBuilder("sleep", "600").start();
    ProcessIdentity identity = ProcessIdentity.of((int) child.pid()).orElseThrow();
    Launched adopted = launcher.adopt(identity).orElseThrow();

    adopted.process().signal(Signal.SIGKILL);

    assertThat(adopted.status()).isEqualTo(new Signaled(9, false));
  }

  @Test
  void anExitThatIsLeftIsToldToTheNextInTheSameProcessExactly() throws Exception {
    Launched left = launcher.launch("sleep", "600");
    ProcessIdentity identity = left.process().identity();
    launcher.processes().leaveExits();

    left.process().signal(Signal.SIGKILL);
    Eventually.until(
        "it has ended and nobody has reaped it",
        () -> ProcFiles.stat(identity.pid()).orElseThrow().state() == 'Z');
    launcher.processes().close();
    assertThat(left.exit()).isNotDone();

    try (Launcher next = new Launcher(directory)) {
      assertThat(next.adopt(identity).orElseThrow().status()).isEqualTo(new Signaled(9, false));
    }
    assertThat(ProcFiles.stat(identity.pid())).as("the zombie").isEmpty();
  }

  @Test
  void doesNotAdoptWhoeverHasTheNumberNow() throws Exception {
    ProcessIdentity stranger = stranger("", "exec sleep 600");
    int pid = stranger.pid();
    String boot = stranger.bootId();

    assertThat(launcher.adopt(new ProcessIdentity(pid, stranger.startTicks() - 1, boot))).isEmpty();
    assertThat(
            launcher.adopt(
                new ProcessIdentity(
                    pid, stranger.startTicks(), "00000000-0000-0000-0000-000000000000")))
        .isEmpty();
    assertThat(launcher.adopt(stranger)).isPresent();
  }

  @Test
  void doesNotAdoptOneThatIsGone() throws Exception {
    Launched ended = launcher.launch("/bin/true");
    ended.status();

    assertThat(launcher.adopt(ended.process().identity())).isEmpty();
  }

  @Test
  void findsSessionsByAVariableTheyWereStartedWith() throws Exception {
    String unique = directory.toString();
    LaunchSpec plain = launcher.spec(List.of(), "sh", "-c", "sleep 600 & wait");
    Map<String, String> environment = Map.of("PATH", "/usr/bin:/bin", "POINTSMAN_DIR", unique);
    Launched worker =
        launcher.launch(
            new LaunchSpec(
                plain.command(),
                plain.workingDirectory(),
                environment,
                plain.log(),
                List.of(),
                Optional.empty()));
    Eventually.until(
        "the worker to be found",
        () -> !launcher.processes().findByEnvironment("POINTSMAN_DIR", unique).isEmpty());

    assertThat(launcher.processes().findByEnvironment("POINTSMAN_DIR", unique))
        .containsExactly(worker.process().identity());
    assertThat(launcher.processes().findByEnvironment("POINTSMAN_DIR", unique + "x")).isEmpty();
    assertThat(launcher.processes().findByEnvironment("DIR", unique)).isEmpty();
  }

  /** A process whose parent has ended, so that it is no child of ours; its traps are set. */
  private ProcessIdentity stranger(String traps, String body) throws Exception {
    Path number = directory.resolve("number");
    String script = traps + "\necho $$ > number.part; mv number.part number\n" + body;
    Process parent =
        new ProcessBuilder("sh", "-c", "setsid sh -c \"$0\" > /dev/null 2>&1 &", script)
            .directory(directory.toFile())
            .start();
    assertThat(parent.waitFor()).isZero();
    Eventually.until("the stranger to tell its number", () -> Files.exists(number));
    int pid = Integer.parseInt(Files.readString(number).strip());
    assertThat(ProcFiles.stat(pid).orElseThrow().parent())
        .isNotEqualTo(ProcessHandle.current().pid());
    return ProcessIdentity.of(pid).orElseThrow();
  }
}
