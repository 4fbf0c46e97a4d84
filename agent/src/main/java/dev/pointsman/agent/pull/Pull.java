package dev.pointsman.agent.pull;

import dev.pointsman.agent.pull.Pulls.Request;
import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.PullResource;
import dev.pointsman.protocol.api.Rejected;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One pull, on a virtual thread of its own; any thread may look at it. */
final class Pull {
  private static final Logger LOG = LoggerFactory.getLogger(Pull.class);
  private static final Duration TELL_EVERY = Duration.ofSeconds(10);

  private final Request request;
  private final Origin origin;
  private final PulledBody body;
  private final InstantSource clock;
  private final Instant started;
  private @Nullable Thread thread;
  private @Nullable Instant ended;
  private String state = "pulling";
  private @Nullable Rejected refusal;
  private @Nullable String deployment;

  Pull(Request request, Origin origin, PulledBody body, InstantSource clock) {
    this.request = request;
    this.origin = origin;
    this.body = body;
    this.clock = clock;
    this.started = clock.instant();
  }

  Request request() {
    return request;
  }

  void start(Intake intake) {
    thread =
        Thread.ofVirtual()
            .name("pull " + request.app() + "/" + request.release())
            .start(() -> run(intake));
  }

  private void run(Intake intake) {
    tell(intake, "pull.started", "is being fetched from " + origin.shown());
    Rejected refused;
    try (body) {
      intake.receive(request.app(), request.release(), new Telling(body, intake), request.by());
      tell(intake, "pull.staged", "was fetched from " + origin.shown());
      deploy(intake);
      return;
    } catch (Rejected e) {
      refused = cause(e);
    } catch (IOException e) {
      LOG.atWarn().addKeyValue("release", request.release()).setCause(e).log("A pull failed");
      refused = cause(new Rejected(ErrorCode.HOST_FAULT, String.valueOf(e.getMessage())));
    } catch (InterruptedException _) {
      refused = new Rejected(ErrorCode.AGENT_STOPPING, "The agent stops.");
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("release", request.release()).setCause(e).log("A bug in a pull");
      refused = new Rejected(ErrorCode.INTERNAL, "Fetching it failed.");
    }
    tell(intake, "pull.failed", "was not fetched: " + refused.detail());
    end("failed", refused, null);
  }

  private void deploy(Intake intake) {
    try {
      String id =
          request.deploy()
              ? intake.deploy(request.app(), request.release(), request.force(), request.by())
              : null;
      end("staged", null, id);
    } catch (Rejected e) {
      String detail = request.release() + " is staged, but not deployed: " + e.detail();
      end("staged", new Rejected(e.code(), detail, e.entry()), null);
    }
  }

  /** That the transfer failed is the truth; that a reader found its remains wanting is not. */
  private Rejected cause(Rejected seen) {
    PullFailed failure = body.failure();
    return failure == null
        ? seen
        : new Rejected(failure.code(), String.valueOf(failure.getMessage()), "url");
  }

  private void tell(Intake intake, String type, String what) {
    intake.event(
        type,
        request.app(),
        "Release " + request.release() + " " + what,
        Map.of(
            "release", request.release().value(),
            "received", Long.toString(body.received()),
            "total", Long.toString(body.total()),
            "requested_by", request.by()));
  }

  private synchronized void end(String how, @Nullable Rejected why, @Nullable String id) {
    state = how;
    refusal = why;
    deployment = id;
    ended = clock.instant();
    notifyAll();
  }

  synchronized boolean isOver() {
    return ended != null;
  }

  synchronized PullResource resource() {
    Rejected why = refusal;
    return new PullResource(
        request.app().value(),
        request.release().value(),
        state,
        origin.shown(),
        body.received(),
        body.total() < 0 ? null : body.total(),
        started,
        ended,
        why == null ? null : why.code().wire(),
        why == null ? null : why.detail(),
        deployment);
  }

  synchronized PullResource await(Duration limit) throws InterruptedException {
    long deadline = System.nanoTime() + limit.toNanos();
    for (long left = limit.toMillis(); ended == null && left > 0; ) {
      wait(left);
      left = (deadline - System.nanoTime()) / 1_000_000;
    }
    return resource();
  }

  void interrupt() {
    Thread running = thread;
    if (running != null) {
      running.interrupt();
    }
  }

  boolean join(Duration limit) throws InterruptedException {
    Thread running = thread;
    return running == null || running.join(limit);
  }

  /** Tells how far it is, now and then. */
  private final class Telling extends FilterInputStream {
    private final Intake intake;
    private Instant told = clock.instant();

    Telling(InputStream in, Intake intake) {
      super(in);
      this.intake = intake;
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      int count = super.read(target, offset, length);
      Instant now = clock.instant();
      if (now.isAfter(told.plus(TELL_EVERY))) {
        told = now;
        tell(intake, "pull.progress", "is being fetched: " + body.received() + " bytes so far");
      }
      return count;
    }
  }
}
