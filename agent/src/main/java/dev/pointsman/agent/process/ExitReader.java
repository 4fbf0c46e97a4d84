package dev.pointsman.agent.process;

import dev.pointsman.agent.linux.Children;
import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.PidFd;
import dev.pointsman.agent.process.ExitStatus.Unknown;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * How a process ended, once its pidfd is readable: a child's status by reaping it; anybody else's
 * from the kernel after its parent reaped it (6.15 and newer), or from {@code /proc} before that.
 */
final class ExitReader {
  private final ProcessIdentity identity;
  private boolean child;
  private final PidFd pidFd;

  ExitReader(ProcessIdentity identity, boolean child, PidFd pidFd) {
    this.identity = identity;
    this.child = child;
    this.pidFd = pidFd;
  }

  /** Empty while it cannot be told yet. */
  Optional<ExitStatus> read() throws LinuxException {
    OptionalInt status = OptionalInt.empty();
    if (child) {
      status = reap();
    }
    if (!child) {
      status = pidFd.reapedStatus();
    }
    if (!child && status.isEmpty()) {
      status = ofZombie();
    }
    return status.stream().mapToObj(ExitStatus::ofWaitStatus).findFirst();
  }

  /** What to say when waiting for more is of no use; empty where there is more to come for sure. */
  Optional<ExitStatus> giveUp() {
    if (child) {
      return Optional.empty();
    }
    return Optional.of(new Unknown("not our child, and the kernel does not keep it"));
  }

  private OptionalInt reap() throws LinuxException {
    try {
      return Children.reap(identity.pid());
    } catch (LinuxException e) {
      if (e.is(Errno.ECHILD)) {
        child = false; // Somebody else has reaped it.
        return OptionalInt.empty();
      }
      throw e;
    }
  }

  /** The kernel shows 0 to those who may not trace the process, so 0 is believed only with care. */
  private OptionalInt ofZombie() {
    return ProcFiles.stat(identity.pid()).stream()
        .filter(stat -> stat.startTicks() == identity.startTicks() && stat.state() == 'Z')
        .mapToInt(ProcFiles.Stat::waitStatus)
        .filter(status -> status != 0 || ProcFiles.mayTrace(identity.pid()))
        .findFirst();
  }
}
