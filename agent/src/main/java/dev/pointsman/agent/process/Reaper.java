package dev.pointsman.agent.process;

import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Poll;
import dev.pointsman.agent.linux.Poll.Interest;
import dev.pointsman.agent.linux.Wakeup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Waits for the end of all processes, on one thread, and tells each end once.
 *
 * <p>The list of watches is the thread's own; others hand new ones over by a queue and wake it.
 */
final class Reaper implements Runnable {
  private static final Logger LOG = LoggerFactory.getLogger(Reaper.class);

  /** How long to wait for an adopted process to be reaped by its parent before giving up. */
  private static final long SETTLE_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

  /** How long to wait for a killed one, which may have to end a call of the kernel first. */
  private static final long KILLED_NANOS = TimeUnit.SECONDS.toNanos(2);

  private final Wakeup wakeup;
  private final ConcurrentLinkedQueue<Watch> added = new ConcurrentLinkedQueue<>();
  private final List<Watch> watches = new ArrayList<>();
  private volatile boolean stopping;
  private volatile boolean leaving;

  Reaper(Wakeup wakeup) {
    this.wakeup = wakeup;
  }

  /** One process to wait for; {@code settling} from its end until it is known how it ended. */
  private static final class Watch {
    private final RunningProcess process;
    private final boolean brief;
    private final Consumer<ExitStatus> onExit;
    private boolean settling;
    private long settleBy;

    Watch(RunningProcess process, boolean brief, Consumer<ExitStatus> onExit) {
      this.process = process;
      this.brief = brief;
      this.onExit = onExit;
    }
  }

  /** {@code brief}: nobody takes it over, so its exit is never left, and it ends with this. */
  void watch(RunningProcess process, boolean brief, Consumer<ExitStatus> onExit)
      throws LinuxException {
    added.add(new Watch(process, brief, onExit));
    wakeup.wake();
  }

  /** Reaps nobody any more who is not brief. */
  void leaveExits() throws LinuxException {
    leaving = true;
    wakeup.wake();
  }

  void stop() throws LinuxException {
    stopping = true;
    wakeup.wake();
  }

  @Override
  public void run() {
    try {
      while (!stopping) {
        wakeup.clear();
        takeAdded();
        look(timeoutMillis());
      }
      takeAdded();
      endBrief();
      for (Watch watch : watches) {
        watch.process.release();
      }
    } catch (LinuxException e) {
      throw new IllegalStateException("the reaper cannot wait for processes any more", e);
    }
  }

  private void takeAdded() {
    for (Watch watch = added.poll(); watch != null; watch = added.poll()) {
      watches.add(watch);
    }
  }

  /** What is brief has nobody else to reap it, this process's next program neither. */
  private void endBrief() throws LinuxException {
    leaving = true;
    long endBy = System.nanoTime() + KILLED_NANOS;
    for (Watch watch : watches) {
      if (watch.brief) {
        kill(watch.process);
      }
    }
    wakeup.clear();
    while (watches.stream().anyMatch(watch -> watch.brief)) {
      long left = endBy - System.nanoTime();
      if (left <= 0) {
        LOG.warn("A probe was killed and has not ended; it is left to the kernel.");
        return;
      }
      look((int) TimeUnit.NANOSECONDS.toMillis(left) + 1);
      wakeup.clear();
    }
  }

  private static void kill(RunningProcess process) {
    try {
      boolean _ = process.signalGroup(Signal.SIGKILL);
    } catch (IOException e) {
      LOG.warn("A probe cannot be killed. pid={}", process.identity().pid(), e);
    }
  }

  private boolean isOurs(Watch watch) {
    return watch.brief || !leaving;
  }

  private void look(int timeoutMillis) throws LinuxException {
    List<Watch> seen = watches.stream().filter(this::isOurs).toList();
    List<Interest> interests = new ArrayList<>(seen.size() + 1);
    interests.add(new Interest(wakeup.descriptor(), Poll.IN));
    for (Watch watch : seen) {
      interests.add(new Interest(watch.process.descriptor(), watch.settling ? 0 : Poll.IN));
    }
    int[] events = Poll.await(interests, timeoutMillis);
    for (int i = 0; i < seen.size(); i++) {
      if (isOurs(seen.get(i)) && isDue(seen.get(i), events[i + 1])) {
        conclude(seen.get(i), events[i + 1]);
      }
    }
  }

  private int timeoutMillis() {
    long now = System.nanoTime();
    return watches.stream()
        .filter(watch -> watch.settling && isOurs(watch))
        .mapToInt(watch -> (int) TimeUnit.NANOSECONDS.toMillis(watch.settleBy - now) + 1)
        .map(millis -> Math.max(0, millis))
        .min()
        .orElse(-1);
  }

  private static boolean isDue(Watch watch, int events) {
    return events != 0 || (watch.settling && System.nanoTime() - watch.settleBy >= 0);
  }

  private void conclude(Watch watch, int events) throws LinuxException {
    boolean last = watch.settling || (events & Poll.HANGUP) != 0;
    Optional<ExitStatus> status = watch.process.conclude(last);
    if (status.isEmpty()) {
      watch.settling = true;
      watch.settleBy = System.nanoTime() + SETTLE_NANOS;
    } else {
      watches.remove(watch);
      tell(watch, status.get());
    }
  }

  private static void tell(Watch watch, ExitStatus status) {
    try {
      watch.onExit.accept(status);
    } catch (RuntimeException e) { // Somebody else's bug must not end supervision.
      LOG.atError()
          .setCause(e)
          .addKeyValue("pid", watch.process.identity().pid())
          .addKeyValue("status", status)
          .log("The end of a process was not taken note of: this is a bug");
    }
  }
}
