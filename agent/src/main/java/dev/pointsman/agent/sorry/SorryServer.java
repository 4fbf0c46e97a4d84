package dev.pointsman.agent.sorry;

import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Poll;
import dev.pointsman.agent.linux.Poll.Interest;
import dev.pointsman.agent.linux.Wakeup;
import dev.pointsman.agent.sorry.SorryConnection.Progress;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The thread that answers for workers that are not there; one for all apps of the host. */
public final class SorryServer implements AutoCloseable {
  /** What clients are asked to wait. */
  static final int RETRY_AFTER_SECONDS = 5;

  /** Connections at a time, of all apps; more wait in the kernel's queue. */
  static final int MOST_CONNECTIONS = 256;

  private static final Logger LOG = LoggerFactory.getLogger(SorryServer.class);
  private static final int SCRATCH = 16 << 10;

  /** Taken from one socket before others have their turn. */
  private static final int BURST = 64;

  /** How long a socket that gave an error, as with too many open files, is left alone. */
  private static final long REST_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final Wakeup wakeup;
  private final List<SorryPort> ports = new CopyOnWriteArrayList<>();
  private final List<Client> clients = new ArrayList<>();
  private final ByteBuffer scratch = ByteBuffer.allocateDirect(SCRATCH);
  private final Thread thread;
  private volatile boolean stopping;
  private long restUntil = System.nanoTime();

  private record Client(SorryConnection connection, SorryPort port) {}

  private record Door(SorryPort port, int socket) {}

  private SorryServer(Wakeup wakeup) {
    this.wakeup = wakeup;
    this.thread = Thread.ofPlatform().name("sorry").daemon().unstarted(this::run);
  }

  /** Starts the thread, which sleeps while there is nothing to be sorry for. */
  public static SorryServer start() throws IOException {
    SorryServer server = new SorryServer(new Wakeup());
    server.thread.start();
    return server;
  }

  /**
   * Watches over {@code sockets}, which stay the caller's and stay open until {@link
   * SorryPort#close}: nobody accepts from them yet, until {@link SorryPort#served} says so.
   *
   * @param after how long nobody may accept before the agent does
   */
  public SorryPort watch(List<Integer> sockets, Duration after, SorryPort.Listener listener)
      throws IOException {
    SorryPort port = new SorryPort(sockets, after, listener, this);
    ports.add(port);
    wakeup.wake();
    return port;
  }

  void lookAgain() throws LinuxException {
    wakeup.wake();
  }

  void forget(SorryPort port) {
    ports.remove(port);
  }

  /** Ends the thread; clients that were not answered yet are cut off. */
  @Override
  public void close() throws IOException {
    stopping = true;
    wakeup.wake();
    try {
      thread.join(); // It never waits for a client, so it ends at once.
      wakeup.close();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void run() {
    try {
      while (!stopping) {
        wakeup.clear();
        turn();
      }
    } catch (LinuxException e) {
      throw new IllegalStateException("nobody can be told 503 any more", e);
    } finally {
      clients.forEach(client -> client.connection().close());
    }
  }

  private void turn() throws LinuxException {
    long now = System.nanoTime();
    long wait = beginWhereDue(now);
    List<Interest> interests = new ArrayList<>();
    interests.add(new Interest(wakeup.descriptor(), Poll.IN));
    List<Door> doors = doors(now);
    doors.forEach(door -> interests.add(new Interest(door.socket(), Poll.IN)));
    List<Client> seen = List.copyOf(clients);
    for (Client client : seen) {
      interests.add(client.connection().interest());
      wait = Math.min(wait, client.connection().deadline() - now);
    }
    if (now - restUntil < 0) {
      wait = Math.min(wait, restUntil - now);
    }
    int[] events = Poll.await(interests, millis(wait));
    int at = 1;
    for (Door door : doors) {
      if (events[at++] != 0) {
        accept(door);
      }
    }
    goOn(seen, events, at);
  }

  private long beginWhereDue(long now) {
    long wait = Long.MAX_VALUE;
    for (SorryPort port : List.copyOf(ports)) {
      try {
        wait = Math.min(wait, port.beginWhereDue(now));
      } catch (LinuxException e) {
        LOG.error("A socket cannot be answered on while nobody accepts from it", e);
        ports.remove(port);
      }
    }
    return wait;
  }

  private List<Door> doors(long now) {
    List<Door> doors = new ArrayList<>();
    if (now - restUntil < 0 || clients.size() >= MOST_CONNECTIONS) {
      return doors;
    }
    for (SorryPort port : ports) {
      if (port.isAnswering()) {
        port.sockets().forEach(socket -> doors.add(new Door(port, socket)));
      }
    }
    return doors;
  }

  private void accept(Door door) {
    try {
      for (int taken = 0; taken < BURST && clients.size() < MOST_CONNECTIONS; taken++) {
        OptionalInt connection = door.port().accept(door.socket());
        if (connection.isEmpty()) {
          return;
        }
        SorryConnection client = new SorryConnection(connection.getAsInt(), System.nanoTime());
        clients.add(new Client(client, door.port()));
      }
    } catch (LinuxException e) {
      LOG.warn("A connection could not be taken to be told 503: {}", e.getMessage());
      restUntil = System.nanoTime() + REST_NANOS;
    }
  }

  private void goOn(List<Client> seen, int[] events, int first) {
    long now = System.nanoTime();
    Iterator<Client> all = clients.iterator();
    for (int i = 0; i < seen.size(); i++) {
      Client client = all.next();
      if (events[first + i] == 0 && now - client.connection().deadline() < 0) {
        continue;
      }
      Progress progress = client.connection().goOn(scratch, now);
      if (progress == Progress.ANSWERED) {
        client.port().countAnswer();
      } else if (progress == Progress.CLOSED) {
        all.remove();
      }
    }
  }

  private static int millis(long nanos) {
    return nanos == Long.MAX_VALUE
        ? -1
        : Math.clamp(TimeUnit.NANOSECONDS.toMillis(nanos) + 1, 0, Integer.MAX_VALUE);
  }
}
