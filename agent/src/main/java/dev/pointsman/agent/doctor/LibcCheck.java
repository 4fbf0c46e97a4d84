package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.Optional;

/** Whether the C library can start workers without leaking descriptors into them. */
final class LibcCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    Optional<Version> version =
        facts.output(List.of("getconf", "GNU_LIBC_VERSION")).flatMap(Version::in);
    if (version.isEmpty()) {
      return List.of(
          Finding.bad(
              "libc",
              "this is no glibc, or getconf is missing",
              "workers are started with posix_spawn_file_actions_addclosefrom_np, which only glibc has",
              "run the agent on a distribution with glibc 2.34 or later, as Debian 12"));
    }
    return List.of(
        version.get().isBefore(2, 34)
            ? Finding.bad(
                "libc",
                "glibc " + version.get() + " is older than 2.34",
                "workers are started with posix_spawn_file_actions_addclosefrom_np, which came with 2.34",
                "upgrade to a distribution with glibc 2.34 or later, as Debian 12 or Ubuntu 22.04")
            : Finding.ok("libc", "glibc " + version.get()));
  }
}
