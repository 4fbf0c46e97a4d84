package dev.pointsman.agent.config;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * How workers are run and what lets one in. What is empty is chosen when a release is prepared, by
 * what its command is.
 *
 * @param protocol empty: the preload where the command is Node, else systemd's
 * @param ready empty: listening for the preload, {@code READY=1} for systemd's
 * @param uptime how long it must have run, for {@link Ready#UPTIME}
 * @param probe empty: HTTP where there is a port, else none
 * @param place where a probe of a worker without the preload goes to
 * @param probeCommand for {@link Probe#EXEC}
 * @param watchdog how long a worker may be without {@code WATCHDOG=1}; zero: it need not say it
 * @param trial whether a new generation is tried in private first; empty: where it cannot be gated
 *     otherwise
 */
public record GateConfig(
    Optional<Protocol> protocol,
    Optional<Ready> ready,
    Duration uptime,
    Optional<Probe> probe,
    Optional<Place> place,
    List<String> probeCommand,
    Duration watchdog,
    Optional<Boolean> trial) {
  /** Nothing is said. */
  public static final GateConfig DEFAULT =
      new GateConfig(
          Optional.empty(),
          Optional.empty(),
          Duration.ofSeconds(5),
          Optional.empty(),
          Optional.empty(),
          List.of(),
          Duration.ZERO,
          Optional.empty());

  public GateConfig {
    probeCommand = List.copyOf(probeCommand);
  }

  /** What the agent and a worker talk. The names are on disk. */
  public enum Protocol {
    /** The Node preload. */
    PRELOAD,
    /** {@code LISTEN_FDS} and {@code NOTIFY_SOCKET}. */
    SYSTEMD
  }

  /** What makes a worker ready to be probed. The names are on disk. */
  public enum Ready {
    /** It listens; only the preload can tell. */
    LISTENING,
    /** It listens and has sent PM2's {@code ready}; only the preload can tell. */
    MESSAGE,
    /** It has said {@code READY=1}. */
    NOTIFY,
    /** It has run for so long. */
    UPTIME
  }

  /** How a worker is asked whether it is well. The names are on disk. */
  public enum Probe {
    /** A request for the health path. */
    HTTP,
    /** A connection. */
    TCP,
    /** A command of the app's own. */
    EXEC,
    /** Not at all. */
    NONE
  }

  /** Where a worker without the preload is asked. The names are on disk. */
  public enum Place {
    /** Only the private trial is asked, on the socket that stands in for the public one. */
    TRIAL,
    /** A listening socket of the worker's own, which it inherits as its last descriptor. */
    DESCRIPTOR,
    /** A port of its own that it opens itself: {@code PROBE_PORT}. */
    PORT
  }
}
