package dev.pointsman.agent.http;

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
