package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.util.List;
import java.util.Optional;

/** Whether the kernel has what workers are held by. */
final class KernelCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    Optional<String> release = facts.read("/proc/sys/kernel/osrelease").map(String::strip);
    Optional<Version> version = release.flatMap(Version::in);
    if (version.isEmpty()) {
      return List.of(
          Finding.warn(
              "kernel", "its version cannot be read", "what it can do is not known", "uname -r"));
    }
    String what = "Linux " + release.get();
    if (version.get().isBefore(5, 6)) {
      return List.of(
          Finding.bad(
              "kernel",
              what + " has no pidfd_getfd, which came with 5.6",
              "a restarted agent cannot take its sockets back from workers, nor hold processes safely",
              "upgrade the kernel to 5.10 or later"));
    }
    if (version.get().isBefore(5, 8)) {
      return List.of(
          Finding.warn(
              "kernel",
              what + " does not tell errors of syncfs, which it does from 5.8 on",
              "the agent syncs every file by itself instead, which is slower",
              "upgrade the kernel to 5.10 or later"));
    }
    return List.of(Finding.ok("kernel", what));
  }
}
