package dev.pointsman.agent.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;

/** How far an upload is, a few times a second on a terminal. */
final class UploadProgress {
  private static final Duration EVERY = Duration.ofMillis(200);

  private final Console console;
  private final Time time;
  private final String what;
  private final long total;

  UploadProgress(Console console, Time time, String what, long total) {
    this.console = console;
    this.time = time;
    this.what = what;
    this.total = total;
  }

  /** {@code in}, with each read counted. */
  InputStream watching(InputStream in) {
    return new Counted(in);
  }

  private final class Counted extends FilterInputStream {
    private final Instant began = time.now();
    private Instant shown = Instant.MIN;
    private long sent;

    Counted(InputStream in) {
      super(in);
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      int count = super.read(bytes, offset, length);
      sent += Math.max(0, count);
      Instant now = time.now();
      if (sent == total || !now.isBefore(shown.plus(EVERY))) {
        shown = now;
        console.status(line(Duration.between(began, now)));
      }
      return count;
    }

    private String line(Duration elapsed) {
      if (sent == total) {
        return "  " + what + ": sent " + Spans.bytes(total) + ", waiting for it to be staged";
      }
      long millis = Math.max(1, elapsed.toMillis());
      return "  "
          + what
          + ": "
          + Spans.bytes(sent)
          + " of "
          + Spans.bytes(total)
          + " ("
          + sent * 100 / total
          + " %), "
          + Spans.bytes(sent * 1000 / millis)
          + "/s";
    }
  }
}
