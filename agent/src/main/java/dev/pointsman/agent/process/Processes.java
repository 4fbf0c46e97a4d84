package dev.pointsman.agent.process;

import dev.pointsman.agent.linux.Children;
import dev.pointsman.agent.linux.Errno;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.PidFd;
import dev.pointsman.agent.linux.Spawn;
import dev.pointsman.agent.linux.Wakeup;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * Starts processes, adopts those that an earlier agent started, and tells the end of each.
 *
 * <p>Any thread may call. {@code onExit} is called exactly once per process, on the one thread
 * named "reaper", possibly before {@code launch} or {@code adopt} has returned; it must not block.
 * What is left of a process's group when it ends is killed before that.
 */
public final class Processes implements AutoCloseable {
  private final Wakeup wakeup;
  private final Reaper reaper;
  private final Thread thread;
  private boolean closed;

  private Processes(Wakeup wakeup, Reaper reaper, Thread thread) {
    this.wakeup = wakeup;
    this.reaper = reaper;
    this.thread = thread;
  }

  /** Starts the reaper. */
  public static Processes start() throws IOException {
    Children.keepExits();
    Wakeup wakeup = new Wakeup();
    Reaper reaper = new Reaper(wakeup);
    return new Processes(wakeup, reaper, Thread.ofPlatform().name("reaper").daemon().start(reaper));
  }

  /**
   * Starts a process in a session of its own.
   *
   * @throws Rejected with {@code COMMAND_INVALID} where the command, its directory or its user
   *     cannot work
   * @throws IOException where the host cannot start it now
   */
  public RunningProcess launch(LaunchSpec spec, Consumer<ExitStatus> onExit)
      throws IOException, Rejected {
    return launch(spec, false, onExit);
  }

  /**
   * As {@link #launch}, where nobody would take the process over: {@link #leaveExits} does not
   * concern it, and {@link #close} kills it and tells its end.
   */
  public RunningProcess launchBriefly(LaunchSpec spec, Consumer<ExitStatus> onExit)
      throws IOException, Rejected {
    return launch(spec, true, onExit);
  }

  private RunningProcess launch(LaunchSpec spec, boolean brief, Consumer<ExitStatus> onExit)
      throws IOException, Rejected {
    requireOpen();
    Spawn.Request request = StartCommand.prepare(spec);
    int pid;
    try {
      pid = Spawn.start(request);
    } catch (LinuxException e) {
      throw new IOException(
          "cannot start "
              + spec.command()
              + " in "
              + spec.workingDirectory()
              + ": "
              + e.getMessage(),
          e);
    }
    return watch(hold(pid), brief, onExit);
  }

  /**
   * Takes a process over that this agent's predecessor started; empty where that very process has
   * ended and is gone.
   */
  public Optional<RunningProcess> adopt(ProcessIdentity identity, Consumer<ExitStatus> onExit)
      throws IOException {
    requireOpen();
    Optional<PidFd> pidFd = open(identity.pid());
    if (pidFd.isEmpty()) {
      return Optional.empty();
    }
    // Held first and compared then: from here on the number cannot change hands unnoticed.
    if (!ProcessIdentity.of(identity.pid()).equals(Optional.of(identity))) {
      pidFd.get().close();
      return Optional.empty();
    }
    int self = Math.toIntExact(ProcessHandle.current().pid());
    boolean child =
        ProcFiles.stat(identity.pid()).filter(stat -> stat.parent() == self).isPresent();
    return Optional.of(watch(new RunningProcess(identity, child, pidFd.get()), false, onExit));
  }

  /**
   * Processes that were started, as ours are, in a session of their own, and with exactly this
   * variable; for those whose identity was never written down because the agent died right after
   * the start. Processes that we may not look into are left out.
   */
  public List<ProcessIdentity> findByEnvironment(String key, String value) throws IOException {
    return find(pid -> ProcFiles.startedWith(pid, key + "=" + value));
  }

  /** As {@link #findByEnvironment}, where the variable only begins with {@code prefix}. */
  public List<ProcessIdentity> findByEnvironmentPrefix(String key, String prefix)
      throws IOException {
    return find(pid -> ProcFiles.startedWithPrefix(pid, key + "=" + prefix));
  }

  /** Says of a process whether it is looked for. */
  private interface Look {
    boolean at(int pid) throws IOException;
  }

  private static List<ProcessIdentity> find(Look isOurs) throws IOException {
    List<ProcessIdentity> found = new ArrayList<>();
    for (int pid : ProcFiles.pids()) {
      Optional<ProcessIdentity> before = ProcessIdentity.of(pid);
      boolean matches =
          ProcFiles.stat(pid).filter(stat -> stat.session() == pid).isPresent() && isOurs.at(pid);
      if (matches && ProcessIdentity.of(pid).equals(before)) {
        before.ifPresent(found::add);
      }
    }
    return found;
  }

  /** Kills that very process with everything it started; nothing where it has ended. */
  public void kill(ProcessIdentity identity) throws IOException {
    Optional<RunningProcess> process = adopt(identity, _ -> {});
    if (process.isPresent()) {
      process.get().signalGroup(Signal.SIGKILL);
    }
  }

  /**
   * Leaves the ends of processes to the program that this one is about to become, which inherits
   * the children: from now on none is reaped and none is told, but for those that were launched
   * briefly.
   */
  public void leaveExits() throws IOException {
    reaper.leaveExits();
  }

  /**
   * Stops waiting. The processes go on, but for those that were launched briefly; their ends are
   * not told any more.
   */
  @Override
  public void close() throws IOException {
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
    }
    reaper.stop();
    if (Thread.currentThread() != thread) {
      boolean interrupted = false;
      while (thread.isAlive()) {
        try {
          thread.join();
        } catch (InterruptedException e) {
          interrupted = true; // The reaper ends at once, so it is waited for nevertheless.
        }
      }
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
    wakeup.close();
  }

  private synchronized void requireOpen() {
    if (closed) {
      throw new IllegalStateException("processes are started or adopted after close()");
    }
  }

  private RunningProcess watch(RunningProcess process, boolean brief, Consumer<ExitStatus> onExit)
      throws LinuxException {
    reaper.watch(process, brief, onExit);
    return process;
  }

  /** Our child keeps its number until we reap it, so there is no race here. */
  private static RunningProcess hold(int pid) throws IOException {
    try {
      ProcessIdentity identity =
          ProcessIdentity.of(pid)
              .orElseThrow(() -> new IOException("process " + pid + " is gone from /proc"));
      return new RunningProcess(identity, true, PidFd.open(pid));
    } catch (IOException e) {
      Children.killAndReap(pid);
      throw new IOException(
          "cannot take hold of process " + pid + ", which was just started: " + e.getMessage(), e);
    }
  }

  private static Optional<PidFd> open(int pid) throws IOException {
    try {
      return Optional.of(PidFd.open(pid));
    } catch (LinuxException e) {
      // EINVAL and ENOENT: the number is that of a thread now.
      if (e.is(Errno.ESRCH) || e.is(Errno.EINVAL) || e.is(Errno.ENOENT)) {
        return Optional.empty();
      }
      throw new IOException("cannot take hold of process " + pid + ": " + e.getMessage(), e);
    }
  }
}
