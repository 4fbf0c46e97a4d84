package dev.pointsman.agent.process;

import java.io.IOException;
import java.time.Duration;
import java.util.Optional;

/**
 * Which process: its number, which may be used again, together with what may not.
 *
 * @param startTicks when it was started, in clock ticks since boot ({@code /proc/PID/stat}, field
 *     22)
 * @param bootId {@code /proc/sys/kernel/random/boot_id}
 */
public record ProcessIdentity(int pid, long startTicks, String bootId) {
  /** Clock ticks per second in {@code /proc}, on every architecture that Java runs on. */
  private static final long TICKS = 100;

  /** How long ago it was started; it may have ended since. */
  public Duration age() throws IOException {
    Duration uptime = ProcFiles.uptime();
    Duration age = uptime.minusMillis(startTicks * 1_000 / TICKS);
    return bootId.equals(ProcFiles.bootId()) && !age.isNegative() ? age : Duration.ZERO;
  }

  /** Who has the number now, ended but not reaped included; empty where nobody has. */
  public static Optional<ProcessIdentity> of(int pid) throws IOException {
    String bootId = ProcFiles.bootId();
    return ProcFiles.stat(pid).map(stat -> new ProcessIdentity(pid, stat.startTicks(), bootId));
  }
}
