package dev.pointsman.agent.pull;

import dev.pointsman.agent.config.HostConfig.PullConfig;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The pulls of this host: those that run, and how the last ones ended. They are not journaled;
 * after a restart of the agent a pull is asked for again, and finds what came before it. Any
 * thread.
 */
public final class Pulls implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Pulls.class);
  private static final int RUNNING = 4;
  private static final int KEPT = 100;
  private static final Duration STOP = Duration.ofSeconds(10);

  private final PulledBody.Way way;
  private final PulledBody.Bounds bounds;
  private final Intake intake;
  private final InstantSource clock;
  private final LinkedHashMap<Key, Pull> pulls = new LinkedHashMap<>();
  private boolean stopping;

  private record Key(AppName app, ReleaseId release) {}

  /**
   * Pulls what {@code config} allows.
   *
   * @param most bytes of one bundle
   */
  public Pulls(PullConfig config, Fetcher fetcher, Intake intake, long most, InstantSource clock) {
    this(
        new PulledBody.Way(
            new Admission(config.hosts(), Admission.Resolver.SYSTEM),
            new Credentials(config.credentials()),
            fetcher),
        new PulledBody.Bounds(most, 5, 6, Duration.ofSeconds(1), Duration.ofMinutes(30)),
        intake,
        clock);
  }

  Pulls(PulledBody.Way way, PulledBody.Bounds bounds, Intake intake, InstantSource clock) {
    this.way = way;
    this.bounds = bounds;
    this.intake = intake;
    this.clock = clock;
  }

  /** What is asked for. */
  public record Request(
      AppName app, ReleaseId release, String url, boolean deploy, boolean force, String by) {}

  /**
   * Begins to pull; the same request again finds the pull that runs.
   *
   * @throws Rejected {@code pull.forbidden} where the address is not allowed; {@code release.busy},
   *     {@code limit.sessions}
   */
  public PullResource begin(Request request) throws Rejected {
    Origin origin = Origin.parse(request.url());
    way.admission().check(origin);
    Key key = new Key(request.app(), request.release());
    synchronized (pulls) {
      Pull running = pulls.get(key);
      if (running != null && !running.isOver()) {
        if (running.request().equals(request)) {
          return running.resource();
        }
        throw new Rejected(
            ErrorCode.RELEASE_BUSY, request.release() + " is being fetched already.", "release");
      }
      if (stopping) {
        throw new Rejected(ErrorCode.AGENT_STOPPING, "The agent stops.");
      }
      if (pulls.values().stream().filter(pull -> !pull.isOver()).count() >= RUNNING) {
        throw new Rejected(ErrorCode.LIMIT_SESSIONS, RUNNING + " releases are fetched already.");
      }
      Pull pull = new Pull(request, origin, new PulledBody(origin, way, bounds), clock);
      pulls.remove(key);
      forget();
      pulls.put(key, pull);
      pull.start(intake);
      return pull.resource();
    }
  }

  private void forget() {
    Iterator<Map.Entry<Key, Pull>> oldest = pulls.entrySet().iterator();
    while (pulls.size() >= KEPT && oldest.hasNext()) {
      if (oldest.next().getValue().isOver()) {
        oldest.remove();
      }
    }
  }

  /** How far it is; rejects with {@code release.unknown} where none is remembered. */
  public PullResource find(AppName app, ReleaseId release) throws Rejected {
    return pull(app, release).resource();
  }

  /** As {@link #find}, when it is over or {@code limit} has passed; blocks. */
  public PullResource await(AppName app, ReleaseId release, Duration limit)
      throws Rejected, InterruptedException {
    return pull(app, release).await(limit);
  }

  private Pull pull(AppName app, ReleaseId release) throws Rejected {
    synchronized (pulls) {
      Pull pull = pulls.get(new Key(app, release));
      if (pull == null) {
        throw new Rejected(
            ErrorCode.RELEASE_UNKNOWN, "Nobody has asked to fetch " + release + " of " + app + ".");
      }
      return pull;
    }
  }

  /** Ends what runs; waits for it, within reason. */
  @Override
  public void close() throws IOException {
    synchronized (pulls) {
      stopping = true;
      pulls.values().forEach(Pull::interrupt);
    }
    Instant until = Instant.now().plus(STOP);
    try {
      for (Pull pull : pulls.values()) {
        Duration left = Duration.between(Instant.now(), until);
        if (!pull.join(left.isNegative() ? Duration.ofMillis(1) : left)) {
          LOG.atWarn().addKeyValue("pull", pull.request().release()).log("A pull did not end");
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
