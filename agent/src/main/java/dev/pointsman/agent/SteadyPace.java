package dev.pointsman.agent;

import dev.pointsman.agent.store.Pace;
import java.time.Duration;

/** At most so many bytes in a second, seen over a few seconds. One thread. */
final class SteadyPace implements Pace {
  private static final long SECOND = Duration.ofSeconds(1).toNanos();
  private static final long SHORTEST_NAP = Duration.ofMillis(20).toNanos();

  private final long bytesPerSecond;
  private long since = System.nanoTime();
  private long bytes;

  SteadyPace(long bytesPerSecond) {
    this.bytesPerSecond = bytesPerSecond;
  }

  @Override
  public void after(int count) throws InterruptedException {
    bytes += count;
    long ahead = (long) (bytes * (double) SECOND / bytesPerSecond) - (System.nanoTime() - since);
    if (ahead > SHORTEST_NAP) {
      Thread.sleep(Duration.ofNanos(ahead));
    } else if (ahead < -SECOND) { // It paused; that is not to be made up for.
      since = System.nanoTime();
      bytes = 0;
    }
  }
}
