package dev.pointsman.agent.process;

import dev.pointsman.agent.linux.Children;
import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.PidFd;
import java.io.IOException;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A process that was launched or adopted, held by its pidfd until its exit was reported; from then
 * on every method answers as for one that is gone. Any thread.
 */
public final class RunningProcess {
  private static final Logger LOG = LoggerFactory.getLogger(RunningProcess.class);

  private final ProcessIdentity identity;
  private final boolean child;
  private final PidFd pidFd;
  private final ExitReader exit;
  private boolean released;

  RunningProcess(ProcessIdentity identity, boolean child, PidFd pidFd) {
    this.identity = identity;
    this.child = child;
    this.pidFd = pidFd;
    this.exit = new ExitReader(identity, child, pidFd);
  }

  /** Which process. */
  public ProcessIdentity identity() {
    return identity;
  }

  /** Whether it runs; false from its end on, reaped or not. */
  public synchronized boolean isAlive() throws IOException {
    return !released && !pidFd.hasEnded();
  }

  /** Sends a signal; false where it has ended. */
  public synchronized boolean signal(Signal signal) throws IOException {
    if (released || pidFd.hasEnded()) {
      return false;
    }
    return delivered(signal, "process", () -> pidFd.signal(signal.number()));
  }

  /**
   * Sends a signal to all processes of the group that this one leads; false where nobody is left. A
   * process that was adopted and has ended is not asked for on kernels before 6.9: its number may
   * have passed to somebody else. What is left of a group when its leader ends is killed anyway,
   * before the exit is reported.
   */
  public synchronized boolean signalGroup(Signal signal) throws IOException {
    if (released) {
      return false;
    }
    return delivered(signal, "process group", () -> signalGroupSafely(signal));
  }

  private void signalGroupSafely(Signal signal) throws LinuxException {
    try {
      pidFd.signalGroup(signal.number());
    } catch (LinuxException e) {
      if (!e.is(Errno.EINVAL)) {
        throw e;
      }
      // An old kernel. The number is still this process's while it runs, and until its parent
      // reaps it, which for a child is done by us, after release().
      if (!child && pidFd.hasEnded()) {
        throw new LinuxException("kill", Errno.ESRCH.number());
      }
      Children.signalGroup(identity.pid(), signal.number());
    }
  }

  /**
   * Whether {@code pid} may be believed when it speaks for this process: it is this process, of its
   * session, or gone already, as helpers of shells are. Whoever asks has made sure by other means
   * that only this process's user could speak.
   */
  public boolean maySpeakFor(int pid) {
    return pid == identity.pid()
        || ProcFiles.stat(pid).map(stat -> stat.session() == identity.pid()).orElse(true);
  }

  /** Resident memory; empty where it has ended. */
  public OptionalLong residentBytes() throws IOException {
    OptionalLong bytes = ProcFiles.residentBytes(identity.pid());
    return isAlive() ? bytes : OptionalLong.empty();
  }

  /**
   * A descriptor of our own, closed on exec, for descriptor {@code remote} of the process.
   *
   * @throws IOException where it has ended or has no such descriptor, and with EPERM where the
   *     kernel does not let us look into it (another user's, or yama's {@code ptrace_scope})
   */
  public synchronized int descriptorOf(int remote) throws IOException {
    if (released) {
      throw new LinuxException("pidfd_getfd", Errno.ESRCH.number());
    }
    return pidFd.descriptorOf(remote);
  }

  /** For the reaper's poll; the reaper alone releases it. */
  int descriptor() {
    return pidFd.descriptor();
  }

  /**
   * Once the pidfd is readable: kills what is left of the group, reaps a child, and tells how it
   * ended, after which the process is released. Empty while that cannot be told yet; {@code last}
   * says not to wait for more. Under one lock with the signals: a reaped child's number is free.
   */
  synchronized Optional<ExitStatus> conclude(boolean last) throws LinuxException {
    killLeftovers();
    Optional<ExitStatus> status = readExit();
    if (status.isEmpty() && last) {
      status = exit.giveUp();
    }
    if (status.isPresent()) {
      release();
    }
    return status;
  }

  private void killLeftovers() {
    try {
      signalGroup(Signal.SIGKILL);
    } catch (IOException e) {
      LOG.atWarn()
          .setCause(e)
          .addKeyValue("pid", identity.pid())
          .log("A worker's own children could not be killed after its end");
    }
  }

  private Optional<ExitStatus> readExit() {
    try {
      return exit.read();
    } catch (LinuxException e) {
      return Optional.of(new ExitStatus.Unknown(String.valueOf(e.getMessage())));
    }
  }

  /** Lets go of the process without knowing how it ends. */
  synchronized void release() throws LinuxException {
    if (!released) {
      released = true;
      pidFd.close();
    }
  }

  private boolean delivered(Signal signal, String target, Delivery delivery) throws IOException {
    try {
      delivery.run();
      return true;
    } catch (LinuxException e) {
      if (e.is(Errno.ESRCH)) {
        return false;
      }
      throw new IOException(
          "cannot send " + signal + " to " + target + " " + identity.pid() + ": " + e.getMessage(),
          e);
    }
  }

  @FunctionalInterface
  private interface Delivery {
    void run() throws LinuxException;
  }

  @Override
  public String toString() {
    return "process " + identity.pid();
  }
}
