package dev.pointsman.agent.listen;

import dev.pointsman.agent.linux.Descriptors;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Sockets;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Listening sockets that this process was started with: by the service manager, which had stored
 * them or listens itself ({@code LISTEN_FDS}, sd_listen_fds(3)), or by the agent that this one
 * replaces in the same process ({@code POINTSMAN_SOCKETS}).
 *
 * <p>A variable counts only with this process's own id in it, for both are inherited by whoever is
 * started from here. Each descriptor is believed when it has been looked at: it is a socket that
 * listens. Whoever wants one compares its address and inode. Any thread.
 */
public final class InheritedSockets {
  /** {@code PID:FD=NAME,FD=NAME}. */
  public static final String OWN_VARIABLE = "POINTSMAN_SOCKETS";

  private static final Logger LOG = LoggerFactory.getLogger(InheritedSockets.class);
  private static final int FIRST = 3;
  private static final int MOST = 1_000;

  private final List<Passed> unclaimed = new ArrayList<>();

  /**
   * One of them.
   *
   * @param name what the giver calls it; empty where it did not say
   */
  public record Passed(int descriptor, String name) {}

  private InheritedSockets() {}

  /** None. */
  public static InheritedSockets none() {
    return new InheritedSockets();
  }

  /** Those that {@code environment} tells of; from now on none is passed on to a worker. */
  public static InheritedSockets of(Map<String, String> environment, long pid) throws IOException {
    InheritedSockets sockets = new InheritedSockets();
    for (Passed passed : told(environment, Long.toString(pid))) {
      sockets.take(passed);
    }
    return sockets;
  }

  /** What {@link #OWN_VARIABLE} has to say so that process {@code pid} finds these. */
  public static String variable(long pid, List<Passed> sockets) {
    List<String> entries =
        sockets.stream().map(one -> one.descriptor() + "=" + one.name()).toList();
    return pid + ":" + String.join(",", entries);
  }

  private static List<Passed> told(Map<String, String> environment, String pid) {
    List<Passed> told = new ArrayList<>();
    String own = environment.getOrDefault(OWN_VARIABLE, "");
    if (own.startsWith(pid + ":")) {
      for (String entry : own.substring(pid.length() + 1).split(",", -1)) {
        String[] parts = entry.split("=", 2);
        number(parts[0])
            .ifPresent(fd -> told.add(new Passed(fd, parts.length > 1 ? parts[1] : "")));
      }
    }
    if (pid.equals(environment.get("LISTEN_PID"))) {
      int count = number(environment.getOrDefault("LISTEN_FDS", "0")).orElse(0);
      String[] names = environment.getOrDefault("LISTEN_FDNAMES", "").split(":", -1);
      for (int i = 0; i < Math.min(count, MOST); i++) {
        told.add(new Passed(FIRST + i, i < names.length ? names[i] : ""));
      }
    }
    return told.size() > MOST ? told.subList(0, MOST) : told;
  }

  private static Optional<Integer> number(String text) {
    return text.matches("[0-9]{1,7}") ? Optional.of(Integer.valueOf(text)) : Optional.empty();
  }

  private void take(Passed passed) {
    try {
      if (passed.descriptor() < FIRST || !Sockets.isListening(passed.descriptor())) {
        throw new IOException("it does not listen");
      }
      Descriptors.setCloseOnExec(passed.descriptor(), true);
      unclaimed.add(passed);
    } catch (IOException e) { // Not ours to close: what it is, nobody knows.
      LOG.warn(
          "A descriptor that this process was said to be started with is no use. descriptor={} name={}: {}",
          passed.descriptor(),
          passed.name(),
          e.getMessage());
    }
  }

  /** The one that is wanted, now the caller's. */
  synchronized Optional<SharedSocket> claim(Wanted wanted) throws IOException {
    Iterator<Passed> all = unclaimed.iterator();
    while (all.hasNext()) {
      Passed passed = all.next();
      if (wanted.isIt(passed.descriptor())) {
        all.remove();
        return Optional.of(wanted.hold(passed.descriptor()));
      }
    }
    return Optional.empty();
  }

  /** Those that nobody has claimed; they stay open. */
  public synchronized List<Passed> unclaimed() {
    return List.copyOf(unclaimed);
  }

  /** Copies of all, which are the caller's. */
  public synchronized List<Passed> copies() throws LinuxException {
    List<Passed> copies = new ArrayList<>();
    for (Passed one : unclaimed) {
      copies.add(new Passed(Descriptors.duplicate(one.descriptor(), FIRST), one.name()));
    }
    return copies;
  }

  /** Closes copies. */
  public static void close(List<Passed> copies) throws LinuxException {
    for (Passed copy : copies) {
      Descriptors.close(copy.descriptor());
    }
  }

  /** Closes {@code passed}, which nobody has claimed. */
  public synchronized void close(Passed passed) throws LinuxException {
    if (unclaimed.remove(passed)) {
      Descriptors.close(passed.descriptor());
    }
  }
}
