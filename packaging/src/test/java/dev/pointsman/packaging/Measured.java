package dev.pointsman.packaging;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;

/**
 * A command that ran while somebody looked at its memory.
 *
 * @param peak the largest resident size, in MiB, as far as the last look before its end saw it
 */
record Measured(int exit, String said, long peak, Duration took) {
  /** Runs {@code arguments} of the command line on {@code host}. */
  static Measured run(Host host, Duration limit, String... arguments) throws Exception {
    Path log = Files.createTempFile(host.root(), "measured", ".log");
    long began = System.nanoTime();
    Process process = host.command(arguments).start(log);
    long[] peak = new long[1];
    try {
      Eventually.until(
          String.join(" ", arguments) + " has ended",
          limit,
          () -> {
            peak[0] = Math.max(peak[0], resident(process));
            return process.isAlive() ? "it runs: " + Files.readString(log) : "";
          });
    } finally {
      process.destroyForcibly();
    }
    Duration took = Duration.ofNanos(System.nanoTime() - began);
    return new Measured(process.waitFor(), Files.readString(log), peak[0], took);
  }

  private static long resident(Process process) {
    try {
      return Processes.mebibytes(process.pid(), "VmHWM");
    } catch (IOException e) {
      return 0; // It has ended.
    }
  }

  /** Fails unless it did what it should with {@code most} MiB; 3 is Java without heap. */
  Measured within(long most) {
    if (exit != 0 || peak > most || peak == 0) {
      throw new AssertionError(
          "exit " + exit + ", " + peak + " MiB where " + most + " are allowed\n" + said);
    }
    return this;
  }

  void tell(String what) {
    System.out.printf("%s: %d MiB resident, %d ms%n", what, peak, took.toMillis());
  }
}
