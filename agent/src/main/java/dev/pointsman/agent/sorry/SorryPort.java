package dev.pointsman.agent.sorry;

import dev.pointsman.agent.linux.Connections;
import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.LinuxException;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The shared sockets of one app, and whether the agent answers on them: from {@code after} without
 * any worker that accepts until {@link #served} says that there is one; with a break while one
 * {@link #perhapsServed may}.
 */
public final class SorryPort {
  /** Told when answering begins and ends, on the thread that found it out; must not block. */
  @FunctionalInterface
  public interface Listener {
    /** {@code answered}: how many were told 503, at the end. */
    void changed(boolean answering, long answered);
  }

  private final List<Integer> sockets;
  private final Duration after;
  private final Listener listener;
  private final SorryServer server;
  private final AtomicLong answered = new AtomicLong();
  private boolean served;
  private boolean perhaps;
  private boolean answering;
  private long since;

  SorryPort(List<Integer> sockets, Duration after, Listener listener, SorryServer server) {
    this.sockets = List.copyOf(sockets);
    this.after = after;
    this.listener = listener;
    this.server = server;
    this.since = System.nanoTime();
  }

  /**
   * Says whether any worker accepts, or is about to. On return with true nothing is taken from the
   * sockets any more, so it is called before a worker is let in. Any thread; never waits for a
   * client.
   */
  public void served(boolean now) throws IOException {
    boolean ended;
    synchronized (this) {
      boolean before = served;
      if (before == now && !perhaps) {
        return;
      }
      served = now;
      perhaps = false;
      if (before != now) {
        since = System.nanoTime();
      }
      ended = answering && now;
      answering = answering && !now;
    }
    if (ended) {
      listener.changed(false, answered.get());
    }
    server.lookAgain();
  }

  /**
   * Says that nobody is known to accept, but somebody may. On return nothing is taken from the
   * sockets until {@link #served} is called. The time without a worker goes on, so that workers
   * that begin again and again and never come up do not put the answer off for ever.
   */
  public void perhapsServed() throws IOException {
    synchronized (this) {
      if (served) {
        since = System.nanoTime();
      }
      served = false;
      perhaps = true;
    }
    server.lookAgain();
  }

  /** Whether the agent takes connections now. */
  public synchronized boolean isAnswering() {
    return answering && !perhaps;
  }

  /** Requests that were told 503, since the agent's start. */
  public long answered() {
    return answered.get();
  }

  void countAnswer() {
    answered.incrementAndGet();
  }

  List<Integer> sockets() {
    return sockets;
  }

  /** Begins to answer where it is time to; when it will be, in nanoTime, else Long.MAX_VALUE. */
  long beginWhereDue(long now) throws LinuxException {
    synchronized (this) {
      if (served || perhaps || answering) {
        return Long.MAX_VALUE;
      }
      long due = since + after.toNanos();
      if (now - due < 0) {
        return due - now;
      }
      for (int socket : sockets) {
        Descriptors.setNonBlocking(socket);
      }
      answering = true;
    }
    listener.changed(true, answered.get());
    return Long.MAX_VALUE;
  }

  /** A connection, while none of them is a worker's: under the lock that {@link #served} takes. */
  synchronized OptionalInt accept(int socket) throws LinuxException {
    return isAnswering() ? Connections.accept(socket) : OptionalInt.empty();
  }

  /** Takes no more, for good. */
  public void close() {
    synchronized (this) {
      served = true;
      answering = false;
    }
    server.forget(this);
  }
}
