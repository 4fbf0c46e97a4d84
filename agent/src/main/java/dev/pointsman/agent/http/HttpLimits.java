package dev.pointsman.agent.http;

import dev.pointsman.agent.access.Refusals;
import java.time.Duration;

/**
 * Bounds of the API; documented in docs/http-api.md.
 *
 * @param connections open at once, on each listener
 * @param followers event streams open at once, on the whole agent
 * @param idle a connection may wait so long for a request
 * @param header the head of a request may take so long from its first byte
 * @param request a request may take so long, unless it uploads or follows events
 * @param upload an upload may take so long, staging included
 * @param pace how slow an upload may be
 * @param small largest JSON body, bytes
 * @param drain bytes that are still read of a body after its request was answered
 * @param linger how long such a client may take to notice the answer
 * @param longPoll longest {@code ?wait=}
 * @param heartbeat between comments on a silent event stream
 * @param queue events that may wait for a slow follower
 * @param refusals how often a caller may be refused
 */
record HttpLimits(
    int connections,
    int followers,
    Duration idle,
    Duration header,
    Duration request,
    Duration upload,
    Pace.Rule pace,
    int small,
    long drain,
    Duration linger,
    Duration longPoll,
    Duration heartbeat,
    int queue,
    Refusals.Rule refusals) {
  static final HttpLimits DEFAULT =
      new HttpLimits(
          256,
          64,
          Duration.ofSeconds(30),
          Duration.ofSeconds(10),
          Duration.ofSeconds(90),
          Duration.ofMinutes(30),
          Pace.Rule.DEFAULT,
          16 << 10,
          64 << 10,
          Duration.ofSeconds(5),
          Duration.ofSeconds(60),
          Duration.ofSeconds(15),
          256,
          Refusals.Rule.DEFAULT);
}
