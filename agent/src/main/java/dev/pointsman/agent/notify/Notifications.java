package dev.pointsman.agent.notify;

import dev.pointsman.agent.linux.Datagrams;
import dev.pointsman.agent.linux.Datagrams.Datagram;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Poll;
import dev.pointsman.agent.linux.Poll.Interest;
import dev.pointsman.agent.linux.Wakeup;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the notify sockets of all workers on one thread. A worker that says too much is read more
 * slowly, which it notices and the others do not.
 */
public final class Notifications implements AutoCloseable {
  /** The longest datagram that is read, as in systemd; a longer one is ignored. */
  static final int LONGEST = 4096;

  /** Datagrams of one worker that are read in a {@link #SPAN_NANOS}. */
  static final int MOST_IN_A_SPAN = 100;

  private static final Logger LOG = LoggerFactory.getLogger(Notifications.class);
  private static final long SPAN_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Wakeup wakeup;
  private final List<Watch> watches = new ArrayList<>();
  private final Thread thread;
  private boolean closed;

  private Notifications(Wakeup wakeup) {
    this.wakeup = wakeup;
    this.thread = Thread.ofPlatform().name("notify").daemon().unstarted(this::run);
  }

  /** Starts the thread. */
  public static Notifications start() throws IOException {
    Notifications notifications = new Notifications(new Wakeup());
    notifications.thread.start();
    return notifications;
  }

  /** One socket that is read; closing it closes the socket too. */
  public final class Watch implements AutoCloseable {
    private final NotifySocket socket;
    private final Consumer<Datagram> told;
    private long spanBegan = System.nanoTime();
    private int inSpan;
    private boolean over;

    private Watch(NotifySocket socket, Consumer<Datagram> told) {
      this.socket = socket;
      this.told = told;
    }

    /** Nothing is told any more once this has returned. */
    @Override
    public void close() throws IOException {
      synchronized (Notifications.this) {
        over = true;
        watches.remove(this);
        socket.close();
      }
      wakeup.wake();
    }

    private boolean mayBeRead(long now) {
      if (now - spanBegan >= SPAN_NANOS) {
        spanBegan = now;
        inSpan = 0;
      }
      return inSpan < MOST_IN_A_SPAN;
    }
  }

  /**
   * Reads {@code socket} from now on. {@code told} is called with each whole datagram that is not
   * empty, on the thread "notify"; it must not block.
   */
  public Watch watch(NotifySocket socket, Consumer<Datagram> told) throws IOException {
    Watch watch = new Watch(socket, told);
    synchronized (this) {
      if (closed) {
        throw new IllegalStateException("a notify socket is watched after close()");
      }
      watches.add(watch);
    }
    wakeup.wake();
    return watch;
  }

  private void run() {
    try {
      while (true) {
        wakeup.clear();
        List<Watch> quiet = new ArrayList<>();
        List<Interest> interests = new ArrayList<>();
        int pause = -1;
        synchronized (this) {
          if (closed) {
            return;
          }
          long now = System.nanoTime();
          interests.add(new Interest(wakeup.descriptor(), Poll.IN));
          for (Watch watch : watches) {
            if (watch.mayBeRead(now)) {
              quiet.add(watch);
              interests.add(new Interest(watch.socket.descriptor(), Poll.IN));
            } else {
              pause = (int) TimeUnit.NANOSECONDS.toMillis(SPAN_NANOS);
            }
          }
        }
        int[] events = Poll.await(interests, pause);
        for (int i = 0; i < quiet.size(); i++) {
          if (events[i + 1] != 0) {
            read(quiet.get(i));
          }
        }
      }
    } catch (LinuxException e) {
      throw new IllegalStateException("notify sockets cannot be waited for any more", e);
    }
  }

  /** Under the lock, so that a descriptor is never read after its number went to somebody else. */
  private synchronized void read(Watch watch) {
    if (watch.over) {
      return;
    }
    watch.inSpan++;
    try {
      Optional<Datagram> datagram = Datagrams.receive(watch.socket.descriptor(), LONGEST);
      if (datagram.isEmpty()) {
        return;
      }
      if (datagram.get().cut()) {
        LOG.warn(
            "A worker's notification was longer than {} bytes and is ignored. socket={}",
            LONGEST,
            watch.socket.path());
      } else if (!datagram.get().text().isEmpty()) {
        watch.told.accept(datagram.get());
      }
    } catch (LinuxException e) {
      LOG.warn(
          "A worker's notification could not be read. socket={}: {}",
          watch.socket.path(),
          e.getMessage());
    } catch (RuntimeException e) { // Somebody else's bug must not end this for all workers.
      LOG.error("A worker's notification was not taken: a bug. socket={}", watch.socket.path(), e);
    }
  }

  /** Stops reading and closes what is still watched. */
  @Override
  public void close() throws IOException {
    List<Watch> rest;
    synchronized (this) {
      if (closed) {
        return;
      }
      closed = true;
      rest = List.copyOf(watches);
    }
    wakeup.wake();
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true; // It ends at once, so it is waited for nevertheless.
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
    for (Watch watch : rest) {
      watch.close();
    }
    wakeup.close();
  }
}
