package dev.pointsman.agent.process;

import java.util.Optional;

/**
 * What the kernel holds a process to, by means that every kernel has.
 *
 * @param openFiles {@code RLIMIT_NOFILE}, soft and hard; empty, here and below: as this process
 * @param coreBytes {@code RLIMIT_CORE}
 * @param processes {@code RLIMIT_NPROC}, of its whole user
 * @param nice added to the niceness of this process
 * @param umask for files that it makes
 */
public record ProcessLimits(
    Optional<Integer> openFiles,
    Optional<Long> coreBytes,
    Optional<Integer> processes,
    int nice,
    int umask) {
  /** As this process, with the usual umask. */
  public static final ProcessLimits NONE =
      new ProcessLimits(Optional.empty(), Optional.empty(), Optional.empty(), 0, 022);
}
