package dev.pointsman.agent.config;

import java.util.Locale;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * A host that bundles may be fetched from, as {@code releases.example.net}, {@code
 * *.example.net:8443}, {@code http://10.0.0.7:8080}, {@code [::1]:8443}.
 *
 * @param plain whether {@code http} will do
 * @param below whether the host is any name below {@code host}
 * @param host a name or an address, in lower case
 */
public record PullHost(boolean plain, boolean below, String host, int port) {
  private static final Pattern FORM =
      Pattern.compile(
          "(http://|https://)?(\\*\\.)?"
              + "([a-z0-9]([a-z0-9.-]{0,251}[a-z0-9])?|\\[[0-9a-f:.]{2,45}])(:([0-9]{1,5}))?",
          Pattern.CASE_INSENSITIVE);

  /** The host that {@code text} names. */
  public static Optional<PullHost> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    String host = matcher.group(3).toLowerCase(Locale.ROOT).replaceAll("[\\[\\]]", "");
    boolean below = matcher.group(2) != null;
    boolean plain = "http://".equalsIgnoreCase(matcher.group(1));
    int port = matcher.group(6) == null ? plain ? 80 : 443 : Integer.parseInt(matcher.group(6));
    boolean address = host.contains(":") || host.matches("[0-9.]+");
    if (port < 1 || port > 65_535 || host.contains("..") || (below && address)) {
      return Optional.empty();
    }
    return Optional.of(new PullHost(plain, below, host, port));
  }

  @Override
  public String toString() {
    String name = host.contains(":") ? "[" + host + "]" : host;
    return (plain ? "http://" : "") + (below ? "*." : "") + name + ":" + port;
  }

  /** Whether this entry allows {@code host} at {@code port}, encrypted or not. */
  public boolean allows(boolean tls, String asked, int askedPort) {
    boolean name = below ? asked.endsWith("." + host) : asked.equals(host);
    return name && askedPort == port && (tls || plain);
  }
}
