package dev.pointsman.agent;

import java.io.IOException;
import java.time.Duration;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries again, from time to time, to get hold of sockets that could not be had at start: workers
 * that hold them end one day, or rights are given. On a virtual thread named after the app.
 */
final class SocketRetry implements AutoCloseable {
  /** Asking every worker takes a while, so there is a while between. */
  static final Duration PAUSE = Duration.ofSeconds(5);

  private static final Logger LOG = LoggerFactory.getLogger(SocketRetry.class);

  private @Nullable Thread thread;

  /** One attempt. */
  @FunctionalInterface
  interface Attempt {
    /** Whether everything is there now. */
    boolean run() throws IOException, InterruptedException;
  }

  /** Tries for {@code app} until it has worked, or {@link #close}. */
  synchronized void begin(String app, Duration pause, Attempt attempt) {
    thread = Thread.ofVirtual().name("sockets-" + app).start(() -> repeat(app, pause, attempt));
  }

  private static void repeat(String app, Duration pause, Attempt attempt) {
    try {
      boolean done = false;
      while (!done) {
        Thread.sleep(pause);
        try {
          done = attempt.run();
        } catch (IOException e) {
          LOG.warn("Getting the sockets back failed; it is tried again. app={}", app, e);
        }
      }
      LOG.info("The sockets are held again: deployments are accepted. app={}", app);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  /** Ends the thread and waits for that. */
  @Override
  public synchronized void close() {
    if (thread != null) {
      thread.interrupt();
      try {
        thread.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
