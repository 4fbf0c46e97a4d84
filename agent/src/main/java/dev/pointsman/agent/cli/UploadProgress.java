package dev.pointsman.agent.cli;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Duration;
import java.time.Instant;
import org.jspecify.annotations.Nullable;

/**
 * How far an upload is, a few times a second on a terminal: content against what is expected, and
 * how much went over the wire in all. The command's thread.
 */
final class UploadProgress {
  private static final Duration EVERY = Duration.ofMillis(200);

  private final Console console;
  private final Time time;
  private final String what;
  private final Instant began;
  private Instant shown = Instant.MIN;
  private String skipped = "";
  private int files;
  private long total;
  private long done;
  private long wire;
  private @Nullable IOException failure;

  UploadProgress(Console console, Time time, String what) {
    this.console = console;
    this.time = time;
    this.what = what;
    this.began = time.now();
  }

  /** So much is to be sent from now on. */
  void expect(long bytes) {
    total = bytes;
    done = 0;
  }

  /** So many files are missing; the rest of a release of {@code weight} bytes is there. */
  void expect(int missing, long bytes, long weight) {
    files = missing;
    skipped = Spans.bytes(Math.max(0, weight - bytes)) + " there already";
    expect(bytes);
  }

  /** So much of it is there already. */
  void skip(long bytes) {
    done += bytes;
  }

  /** Bytes that went out so far. */
  long sent() {
    return wire;
  }

  /** What went wrong on this side, in reading what was to be sent. */
  @Nullable IOException failure() {
    return failure;
  }

  /** {@code in}, counted as what goes out. */
  InputStream wire(InputStream in) {
    return new Counted(in, false);
  }

  /** {@code in}, counted as content. */
  InputStream content(InputStream in) {
    return new Counted(in, true);
  }

  private void moved(int count, boolean content) {
    if (content) {
      done += count;
    } else {
      wire += count;
    }
    Instant now = time.now();
    boolean whole = content && done >= total;
    if (whole || !now.isBefore(shown.plus(EVERY))) {
      shown = now;
      console.status(line(Duration.between(began, now)));
    }
  }

  private String line(Duration elapsed) {
    if (total > 0 && done >= total) {
      return "  " + what + ": sent " + Spans.bytes(total) + ", waiting for it to be staged";
    }
    long millis = Math.max(1, elapsed.toMillis());
    return "  "
        + what
        + ": "
        + Spans.bytes(done)
        + " of "
        + Spans.bytes(total)
        + " ("
        + (total == 0 ? 0 : done * 100 / total)
        + " %), "
        + Spans.bytes(wire * 1000 / millis)
        + "/s"
        + (files == 0 ? "" : ", " + files + " files; " + skipped);
  }

  private final class Counted extends FilterInputStream {
    private final boolean content;

    Counted(InputStream in, boolean content) {
      super(in);
      this.content = content;
    }

    @Override
    public int read() throws IOException {
      byte[] one = new byte[1];
      return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
    }

    @Override
    public int read(byte[] bytes, int offset, int length) throws IOException {
      try {
        int count = super.read(bytes, offset, length);
        if (count > 0) {
          moved(count, content);
        }
        return count;
      } catch (IOException e) {
        failure = e;
        throw e;
      }
    }
  }
}
