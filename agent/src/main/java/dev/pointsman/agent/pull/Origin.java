package dev.pointsman.agent.pull;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;

/**
 * Where something is fetched.
 *
 * @param host a name or an address, in lower case and without brackets
 * @param target path and query
 */
public record Origin(boolean tls, String host, int port, String target) {
  private static final int LONGEST = 2_048;

  /** The address {@code text}; refused where it is none, or says more than where to go. */
  public static Origin parse(String text) throws Rejected {
    try {
      if (text.length() <= LONGEST) {
        return of(new URI(text));
      }
    } catch (URISyntaxException _) {
      // Said below, without the text: it may hold a secret.
    }
    throw refused("It is no address of at most " + LONGEST + " characters.");
  }

  /** Where {@code location}, an answer of this, leads. */
  Origin follow(String location) throws Rejected {
    try {
      return of(new URI(toString()).resolve(new URI(location)));
    } catch (URISyntaxException e) {
      throw refused("It redirects to something that is no address.");
    }
  }

  private static Origin of(URI uri) throws Rejected {
    String scheme = String.valueOf(uri.getScheme()).toLowerCase(Locale.ROOT);
    if (!scheme.equals("https") && !scheme.equals("http")) {
      throw refused("It has to begin with https://.");
    }
    if (uri.getPort() == 0 || uri.getPort() > 65_535) {
      throw refused("Its port is none.");
    }
    if (uri.getHost() == null || uri.getRawUserInfo() != null || uri.getRawFragment() != null) {
      throw refused("It has to be https://HOST[:PORT]/PATH: credentials belong into a file.");
    }
    boolean tls = scheme.equals("https");
    String path = uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
    return new Origin(
        tls,
        uri.getHost().toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", ""),
        uri.getPort() < 0 ? tls ? 443 : 80 : uri.getPort(),
        uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery());
  }

  private static Rejected refused(String why) {
    return new Rejected(
        ErrorCode.PULL_FORBIDDEN, "Nothing can be fetched from this address. " + why, "url");
  }

  /** The authority, as in {@code Host}. */
  public String authority() {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  /** For people: without the query, which may hold a secret. */
  public String shown() {
    int query = target.indexOf('?');
    return (tls ? "https://" : "http://")
        + authority()
        + (query < 0 ? target : target.substring(0, query) + "?…");
  }

  @Override
  public String toString() {
    return (tls ? "https://" : "http://") + authority() + target;
  }
}
