package dev.pointsman.agent.health;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.pointsman.agent.process.ExitStatus;
import dev.pointsman.agent.process.LaunchSpec;
import dev.pointsman.agent.process.Processes;
import dev.pointsman.agent.process.RunningProcess;
import dev.pointsman.agent.process.Signal;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;

/**
 * One run of a command of the app's own: passed when it ends with exit code 0 before the timeout.
 * What is left of it then is killed. What it writes is kept as evidence, as far as its beginning
 * goes; it may write no more than {@link #MOST_BLOCKS} to any file.
 */
public final class ExecProbe {
  /** Of 512 bytes, as {@code ulimit -f} counts: 1 MiB. */
  private static final int MOST_BLOCKS = 2048;

  private static final String LIMITED = "ulimit -f " + MOST_BLOCKS + "; exec \"$@\"";
  private static final int READ_AT_MOST = 4096;

  private ExecProbe() {}

  /** Runs {@code spec}, whose log is overwritten; blocks for {@code timeout}, hardly longer. */
  public static ProbeResult run(Processes processes, LaunchSpec spec, Duration timeout)
      throws InterruptedException {
    long start = System.nanoTime();
    CompletableFuture<ExitStatus> exit = new CompletableFuture<>();
    RunningProcess process;
    try {
      Files.deleteIfExists(spec.log());
      process = processes.launchBriefly(limited(spec), exit::complete);
    } catch (IOException e) {
      return new ProbeResult(false, "the probe cannot be started: " + e.getMessage());
    } catch (Rejected e) {
      return new ProbeResult(false, "the probe cannot be started: " + e.detail());
    }
    try {
      ExitStatus status = exit.get(timeout.toNanos(), TimeUnit.NANOSECONDS);
      boolean passed = status.equals(new ExitStatus.Exited(0));
      long millis = (System.nanoTime() - start) / 1_000_000;
      return new ProbeResult(
          passed, status + " in " + millis + " ms" + (passed ? "" : said(spec.log())));
    } catch (TimeoutException e) {
      return new ProbeResult(
          false, "no end within " + timeout.toMillis() + " ms" + said(spec.log()));
    } catch (ExecutionException e) {
      throw new IllegalStateException("an exit is never completed exceptionally", e);
    } finally {
      kill(process);
    }
  }

  private static LaunchSpec limited(LaunchSpec spec) {
    List<String> command = new ArrayList<>(List.of("/bin/sh", "-c", LIMITED, "sh"));
    command.addAll(spec.command());
    return new LaunchSpec(
        command,
        spec.workingDirectory(),
        spec.environment(),
        spec.log(),
        spec.descriptors(),
        spec.user());
  }

  private static String said(Path log) {
    try (InputStream in = Files.newInputStream(log)) {
      String text = Shown.line(new String(in.readNBytes(READ_AT_MOST), UTF_8));
      return text.isEmpty() ? "" : ": " + text;
    } catch (IOException e) {
      return ", and what it wrote cannot be read: " + e.getMessage();
    }
  }

  /** With everything that it started; where it has ended, that has happened already. */
  private static void kill(RunningProcess process) {
    try {
      boolean _ = process.signalGroup(Signal.SIGKILL);
    } catch (IOException e) {
      throw new IllegalStateException("a process of our own cannot be killed: " + process, e);
    }
  }
}
