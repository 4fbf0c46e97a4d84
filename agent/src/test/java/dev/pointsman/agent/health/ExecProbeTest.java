package dev.pointsman.agent.health;

import static org.assertj.core.api.Assertions.assertThat;

import dev.pointsman.agent.process.Eventually;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.Processes;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Real commands. */
@Timeout(60)
final class ExecProbeTest {
  private static final Duration LONG = Duration.ofSeconds(30);

  @TempDir Path directory;

  private ProbeResult run(Duration timeout, String... command) throws Exception {
    try (Processes processes = Processes.start()) {
      return ExecProbe.run(processes, spec(command), timeout);
    }
  }

  private LaunchSpec spec(String... command) {
    return new LaunchSpec(
        List.of(command),
        directory,
        Map.of("PATH", "/usr/bin:/bin", "MARK", directory.toString()),
        directory.resolve("probe.log"),
        List.of(),
        Optional.empty());
  }

  private Thread probing(Processes processes) {
    LaunchSpec spec = spec("sh", "-c", "echo $$ > new; mv new pid; exec sleep 60");
    return Thread.ofVirtual()
        .start(() -> {
          try {
            var _ = ExecProbe.run(processes, spec, LONG);
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
          }
        });
  }

  private Path begun() throws Exception {
    Path pid = directory.resolve("pid");
    Eventually.until("the probe runs", () -> Files.exists(pid));
    return Path.of("/proc", Files.readString(pid).strip());
  }

  @Test
  void oneUnderWayWhenTheChildrenAreLeftToTheNextProgramIsReapedNevertheless() throws Exception {
    Path probe;
    try (Processes processes = Processes.start()) {
      Thread prober = probing(processes);
      probe = begun();
      processes.leaveExits();
      prober.interrupt();
      prober.join();
    }
    assertThat(probe).as("the zombie").doesNotExist();
  }

  @Test
  void oneUnderWayAtTheEndOfTheAgentIsEndedAndReaped() throws Exception {
    Path probe;
    Thread prober;
    try (Processes processes = Processes.start()) {
      prober = probing(processes);
      probe = begun();
    }
    assertThat(probe).doesNotExist();
    assertThat(prober.join(LONG)).as("its end is told").isTrue();
  }

  @Test
  void exitCodeZeroPasses() throws Exception {
    ProbeResult result = run(LONG, "true");
    assertThat(result.passed()).isTrue();
    assertThat(result.answer()).matches("exit code 0 in [0-9]+ ms");
  }

  @Test
  void anyOtherEndFailsAndWhatItSaidIsKept() throws Exception {
    ProbeResult result = run(LONG, "sh", "-c", "echo queue is stuck; echo for good >&2; exit 3");
    assertThat(result.passed()).isFalse();
    assertThat(result.answer()).matches("exit code 3 in [0-9]+ ms: queue is stuck for good");
    assertThat(run(LONG, "sh", "-c", "kill -9 $$").answer()).startsWith("killed by SIGKILL in ");
  }

  @Test
  void itRunsInTheWorkersDirectory() throws Exception {
    assertThat(run(LONG, "sh", "-c", "pwd; exit 1").answer()).endsWith(": " + directory);
  }

  @Test
  void whatDoesNotEndInTimeFailsAndIsKilledWithItsChildren() throws Exception {
    ProbeResult result = run(Duration.ofMillis(300), "sh", "-c", "echo begun; sleep 600 & wait");
    assertThat(result.passed()).isFalse();
    assertThat(result.answer()).isEqualTo("no end within 300 ms: begun");
    long end = System.nanoTime() + LONG.toNanos();
    while (!marked().isEmpty() && System.nanoTime() < end) {
      Thread.onSpinWait();
    }
    assertThat(marked()).as("processes that the probe left").isEmpty();
  }

  @Test
  void whatIsNotThereFailsInWords() throws Exception {
    ProbeResult result = run(LONG, "no-such-program");
    assertThat(result.passed()).isFalse();
    assertThat(result.answer()).contains("exit code 127").contains("no-such-program");
  }

  @Test
  void whatItWritesIsBounded() throws Exception {
    ProbeResult result = run(LONG, "sh", "-c", "exec cat /dev/zero");
    assertThat(result.passed()).isFalse();
    assertThat(Files.size(directory.resolve("probe.log"))).isLessThanOrEqualTo(1 << 20);
    assertThat(result.answer().length()).isLessThan(200);
  }

  /** Processes that were started with this test's mark. */
  private List<Path> marked() throws IOException {
    try (var processes = Files.newDirectoryStream(Path.of("/proc"), "[0-9]*")) {
      List<Path> found = new java.util.ArrayList<>();
      for (Path process : processes) {
        try {
          if (Files.readString(
                  process.resolve("environ"), java.nio.charset.StandardCharsets.ISO_8859_1)
              .contains("MARK=" + directory)) {
            found.add(process);
          }
        } catch (IOException e) {
          continue; // It ended meanwhile.
        }
      }
      return found;
    }
  }
}
