package dev.pointsman.agent.cli;

import dev.pointsman.agent.pack.Progress;
import java.time.Duration;
import java.time.Instant;

/** One line on a terminal about how far packing is. */
final class PackProgress implements Progress {
  private static final Duration PAUSE = Duration.ofMillis(100);

  private final Console console;
  private final Time time;
  private Instant next = Instant.MIN;

  PackProgress(Console console, Time time) {
    this.console = console;
    this.time = time;
  }

  @Override
  public void hashed(int files, long bytes) {
    if (isTime()) {
      console.status("reading: " + files + " files, " + Spans.bytes(bytes));
    }
  }

  @Override
  public void packed(int files, int ofFiles) {
    if (isTime()) {
      console.status("packing: " + files + " of " + ofFiles + " files");
    }
  }

  private boolean isTime() {
    if (!console.isLive() || time.now().isBefore(next)) {
      return false;
    }
    next = time.now().plus(PAUSE);
    return true;
  }
}
