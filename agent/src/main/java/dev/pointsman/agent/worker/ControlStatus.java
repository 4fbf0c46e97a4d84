package dev.pointsman.agent.worker;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import org.jspecify.annotations.Nullable;

/**
 * What the preload of a worker says of it, as one line of JSON on its control socket
 * (docs/worker-protocol.md).
 *
 * @param upgraded connections that are WebSockets now
 * @param cut connections that had to be closed at the drain limit
 * @param cluster whether the app runs its own cluster and so cannot be gated
 * @param fault what the preload complains of
 */
@JsonIgnoreProperties(ignoreUnknown = true)
record ControlStatus(
    int pid,
    boolean listening,
    boolean ready,
    boolean accepting,
    boolean draining,
    boolean drained,
    long requests,
    int inflight,
    int connections,
    int upgraded,
    int cut,
    long rss,
    long loopDelayMs,
    boolean cluster,
    @Nullable String fault,
    long logRefused) {
  static final ControlStatus UNKNOWN =
      new ControlStatus(0, false, false, false, false, false, 0, 0, 0, 0, 0, 0, 0, false, null, 0);
}
