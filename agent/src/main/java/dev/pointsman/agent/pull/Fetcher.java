package dev.pointsman.agent.pull;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** One GET over the network; nothing is followed, repeated or decoded. */
@FunctionalInterface
public interface Fetcher {
  /**
   * Asks {@code origin} at {@code address}; blocks until the head of the answer is here.
   *
   * @throws Untrusted where it is not who it should be
   * @throws IOException where there is no answer
   */
  Fetched get(Origin origin, InetAddress address, Map<String, String> headers)
      throws IOException, InterruptedException;

  /** Whoever answers cannot show that it is the host that was meant; that does not pass. */
  final class Untrusted extends IOException {
    private static final long serialVersionUID = 1L;

    public Untrusted(String detail, Throwable cause) {
      super(detail, cause);
    }
  }

  /**
   * An answer.
   *
   * @param header the value of a header, by its name in any case
   * @param body as it comes, no faster than it is read; closing it ends the connection
   */
  record Fetched(int status, Function<String, @Nullable String> header, InputStream body) {}
}
