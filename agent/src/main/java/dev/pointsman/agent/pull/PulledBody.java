package dev.pointsman.agent.pull;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.net.InetAddress;
import java.time.Duration;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What an address has, as one stream: redirections are followed, and where a transfer breaks it
 * goes on with {@code Range} and {@code If-Range}, so that the parts are parts of one and the same
 * thing. Bounded in bytes, attempts and time. One thread.
 */
final class PulledBody extends InputStream {
  private static final Pattern RANGE =
      Pattern.compile("bytes ([0-9]{1,16})-([0-9]{1,16})/([0-9]{1,16}|\\*)");

  private final Origin start;
  private final Way way;
  private final Bounds bounds;
  private final long deadline;
  private Fetcher.@Nullable Fetched current;
  private @Nullable String validator;
  private @Nullable PullFailed failure;
  private volatile long offset;
  private volatile long total = -1;
  private int breaks;

  /** How to get there. */
  record Way(Admission admission, Credentials credentials, Fetcher fetcher) {}

  /**
   * How far to go.
   *
   * @param bytes at most
   * @param redirects for one request
   * @param breaks without a byte in between
   * @param pause after the first break; doubled after each
   * @param time for all of it
   */
  record Bounds(long bytes, int redirects, int breaks, Duration pause, Duration time) {}

  PulledBody(Origin start, Way way, Bounds bounds) {
    this.start = start;
    this.way = way;
    this.bounds = bounds;
    this.deadline = System.nanoTime() + bounds.time().toNanos();
  }

  /** Bytes that came. */
  long received() {
    return offset;
  }

  /** Bytes that there are, or -1. */
  long total() {
    return total;
  }

  /** Why it was given up, if it was. */
  @Nullable PullFailed failure() {
    return failure;
  }

  @Override
  public int read() throws IOException {
    byte[] one = new byte[1];
    return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
  }

  @Override
  public int read(byte[] target, int at, int length) throws IOException {
    if (length == 0) {
      return 0;
    }
    while (true) {
      if (failure != null) {
        throw failure;
      }
      if (System.nanoTime() - deadline > 0) {
        throw give("It was not here after " + bounds.time().toMinutes() + " minutes.", false);
      }
      try {
        Fetcher.Fetched from = current == null ? open() : current;
        int count = from.body().read(target, at, length);
        if (count < 0 && total >= 0 && offset < total) {
          throw new IOException("it ended after " + offset + " of " + total + " bytes");
        }
        if (count > 0) {
          arrived(count);
        }
        return count;
      } catch (PullFailed e) {
        failure = e;
        if (e.isPassing()) {
          failure = null;
          broke(e);
        }
      } catch (IOException e) {
        broke(e);
      }
    }
  }

  private void arrived(int count) throws PullFailed {
    long now = offset + count; // One thread writes it; others look.
    offset = now;
    breaks = 0;
    if (now > bounds.bytes()) {
      throw give("It is larger than " + bounds.bytes() + " bytes.", false);
    }
  }

  private void broke(IOException cause) throws IOException {
    shut();
    if (Thread.currentThread().isInterrupted() || cause instanceof InterruptedIOException) {
      throw cause;
    }
    String why = start.shown() + ": " + cause.getMessage();
    if (offset > 0 && validator == null) {
      throw give(why + "; it has no ETag by which the rest could be asked for.", true);
    }
    if (++breaks > bounds.breaks()) {
      throw give(why + " (tried " + breaks + " times).", true);
    }
    try {
      Thread.sleep(bounds.pause().multipliedBy(1L << Math.min(breaks - 1, 5)));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while something was fetched");
    }
  }

  private PullFailed give(String why, boolean passing) {
    PullFailed given = new PullFailed(ErrorCode.PULL_FAILED, why, passing);
    failure = given;
    shut();
    return given;
  }

  private Fetcher.Fetched open() throws IOException {
    Origin origin = start;
    for (int step = 0; step <= bounds.redirects(); step++) {
      Fetcher.Fetched answer = ask(origin);
      String location = answer.header().apply("Location");
      if (!isRedirection(answer.status()) || location == null) {
        current = answer;
        check(origin, answer);
        return answer;
      }
      answer.body().close();
      try {
        Origin next = origin.follow(location);
        if (origin.tls() && !next.tls()) {
          throw new PullFailed(
              ErrorCode.PULL_FORBIDDEN,
              origin.shown() + " redirects to " + next.shown() + ", which has no TLS.",
              false);
        }
        origin = next;
      } catch (Rejected e) {
        throw new PullFailed(e.code(), e.detail(), false);
      }
    }
    throw new PullFailed(
        ErrorCode.PULL_FAILED,
        start.shown() + " redirects more than " + bounds.redirects() + " times.",
        false);
  }

  private Fetcher.Fetched ask(Origin origin) throws IOException {
    try {
      InetAddress address = way.admission().address(origin);
      Map<String, String> headers = new LinkedHashMap<>();
      headers.put("Accept-Encoding", "identity");
      authorization(origin).ifPresent(it -> headers.put("Authorization", it));
      String known = validator;
      if (offset > 0 && known != null) {
        headers.put("Range", "bytes=" + offset + "-");
        headers.put("If-Range", known);
      }
      return way.fetcher().get(origin, address, headers);
    } catch (Rejected e) {
      throw new PullFailed(e.code(), e.detail(), false);
    } catch (Fetcher.Untrusted e) {
      String why = origin.shown() + " is not trusted: " + e.getMessage();
      throw new PullFailed(ErrorCode.PULL_FAILED, why, false);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new InterruptedIOException("interrupted while something was fetched");
    }
  }

  private Optional<String> authorization(Origin origin) throws PullFailed {
    try {
      return way.credentials().authorization(origin);
    } catch (IOException e) {
      String why = "The credentials cannot be used: " + e.getMessage();
      throw new PullFailed(ErrorCode.PULL_FAILED, why, false);
    }
  }

  private static boolean isRedirection(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
  }

  private void check(Origin origin, Fetcher.Fetched answer) throws IOException {
    int status = answer.status();
    if (status != 200 && status != 206) {
      boolean passing = status >= 500 || status == 408 || status == 425 || status == 429;
      throw new PullFailed(
          ErrorCode.PULL_FAILED, origin.shown() + " answered " + status + ".", passing);
    }
    String coding = answer.header().apply("Content-Encoding");
    if (coding != null && !coding.equalsIgnoreCase("identity")) {
      throw new PullFailed(
          ErrorCode.PULL_FAILED,
          origin.shown() + " sends it compressed as '" + printable(coding) + "', unasked.",
          false);
    }
    if (offset == 0) {
      first(origin, answer);
    } else if (status == 206) {
      rest(origin, answer);
    } else {
      again(origin, answer);
    }
  }

  private void first(Origin origin, Fetcher.Fetched answer) throws IOException {
    if (answer.status() != 200) {
      throw new PullFailed(
          ErrorCode.PULL_FAILED, origin.shown() + " sends a part that nobody asked for.", false);
    }
    String tag = answer.header().apply("ETag");
    validator = tag == null || tag.startsWith("W/") ? null : tag;
    total = length(answer);
    if (total > bounds.bytes()) {
      throw new PullFailed(
          ErrorCode.PULL_FAILED,
          origin.shown() + " has " + total + " bytes; at most " + bounds.bytes() + " are fetched.",
          false);
    }
  }

  private static long length(Fetcher.Fetched answer) {
    String length = answer.header().apply("Content-Length");
    return length == null || !length.matches("[0-9]{1,16}") ? -1 : Long.parseLong(length);
  }

  private void rest(Origin origin, Fetcher.Fetched answer) throws IOException {
    String range = String.valueOf(answer.header().apply("Content-Range"));
    Matcher matcher = RANGE.matcher(range);
    boolean fits =
        matcher.matches()
            && Long.parseLong(matcher.group(1)) == offset
            && (total < 0
                || matcher.group(3).equals("*")
                || Long.parseLong(matcher.group(3)) == total);
    if (!fits) {
      throw new PullFailed(
          ErrorCode.PULL_FAILED,
          origin.shown()
              + " was asked for what follows byte "
              + offset
              + " and sends '"
              + printable(range)
              + "'.",
          false);
    }
    same(origin, answer);
  }

  /** All of it comes again: passed over up to where we are, if it is still the same. */
  private void again(Origin origin, Fetcher.Fetched answer) throws IOException {
    same(origin, answer);
    answer.body().skipNBytes(offset);
  }

  private void same(Origin origin, Fetcher.Fetched answer) throws IOException {
    String tag = answer.header().apply("ETag");
    boolean unnamed = tag == null && answer.status() == 206; // If-Range has been kept.
    if (!unnamed && !String.valueOf(validator).equals(tag)) {
      throw new PullFailed(
          ErrorCode.PULL_FAILED,
          origin.shown() + " has something else now than when the transfer began.",
          false);
    }
  }

  private static String printable(String text) {
    String plain = text.replaceAll("[^ -~]", "?");
    return plain.length() > 80 ? plain.substring(0, 80) : plain;
  }

  private void shut() {
    Fetcher.Fetched open = current;
    current = null;
    if (open != null) {
      try {
        open.body().close();
      } catch (IOException _) {
        // It is given up anyway.
      }
    }
  }

  @Override
  public void close() {
    shut();
  }
}
