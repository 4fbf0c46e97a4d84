package dev.pointsman.agent.http;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import io.vertx.core.Context;
import java.time.Duration;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The virtual threads on which requests wait for the core; as many as there are requests, which the
 * connections bound. Any thread.
 */
final class Blocking implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Blocking.class);
  private static final Duration STOP = Duration.ofSeconds(10);

  private final Set<Thread> running = ConcurrentHashMap.newKeySet();
  private volatile boolean stopping;

  /** Runs {@code task} on a thread of its own; interrupted when the API stops. */
  Thread run(String name, Runnable task) {
    Thread thread =
        Thread.ofVirtual()
            .name(name)
            .unstarted(() -> {
              try {
                task.run();
              } finally {
                running.remove(Thread.currentThread());
              }
            });
    running.add(thread);
    thread.start();
    if (stopping) {
      thread.interrupt();
    }
    return thread;
  }

  /** How many run. */
  int count() {
    return running.size();
  }

  /** What has to wait for the core; the result answers the exchange, on its own event loop. */
  @FunctionalInterface
  interface Work {
    Runnable run() throws Rejected, InterruptedException;
  }

  /** Does {@code work} off the event loop and answers with what comes of it. */
  Thread answer(Context context, Exchange exchange, String name, Work work) {
    return run(
        name,
        () -> {
          Runnable answer = attempt(exchange, name, work);
          context.runOnContext(_ -> answer.run());
        });
  }

  /** As {@link Work}, about the release that the address names. */
  @FunctionalInterface
  interface ReleaseWork {
    Runnable run(AppName app, ReleaseId release) throws Rejected, InterruptedException;
  }

  /** Answers a request about one release, which takes no query. */
  void answerAbout(Context context, Exchange exchange, String what, ReleaseWork work)
      throws Rejected {
    exchange.allowQuery();
    AppName app = exchange.app();
    ReleaseId release = exchange.release();
    answer(context, exchange, what + " " + release + " of " + app, () -> work.run(app, release));
  }

  private static Runnable attempt(Exchange exchange, String name, Work work) {
    try {
      return work.run();
    } catch (Rejected e) {
      return () -> exchange.problem(e);
    } catch (InterruptedException _) {
      return () -> exchange.problem(ErrorCode.AGENT_STOPPING, "The agent stops.");
    } catch (RuntimeException e) {
      LOG.atError().addKeyValue("request", name).setCause(e).log("A bug while answering");
      return () -> exchange.problem(ErrorCode.INTERNAL, "Answering failed.");
    }
  }

  /** Interrupts what runs and waits for it, within reason. */
  @Override
  public void close() {
    stopping = true;
    running.forEach(Thread::interrupt);
    long deadline = System.nanoTime() + STOP.toNanos();
    try {
      for (Thread thread : running) {
        long left = Math.max(1, deadline - System.nanoTime());
        if (!thread.join(Duration.ofNanos(left))) {
          LOG.atWarn()
              .addKeyValue("thread", thread.getName())
              .addKeyValue("waited", STOP)
              .log("A request did not end when the API stopped");
        }
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }
}
