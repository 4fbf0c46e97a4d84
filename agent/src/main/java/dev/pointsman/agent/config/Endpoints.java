package dev.pointsman.agent.config;

import dev.pointsman.agent.config.HostConfig.Endpoint;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** {@code ADDRESS:PORT}; addresses are numeric, so that nothing here depends on name resolution. */
final class Endpoints {
  private static final Pattern FORM =
      Pattern.compile("(?:([0-9.]{7,15})|\\[([0-9A-Fa-f:.]{2,45})]):([0-9]{1,5})");
  private static final int HIGHEST_PORT = 65_535;

  private Endpoints() {}

  /** The endpoint under {@code key}; a mistake is noted. */
  static Optional<Endpoint> read(Section section, String key) {
    Optional<String> text = section.text(key);
    Optional<Endpoint> endpoint = text.flatMap(Endpoints::parse);
    if (text.isPresent() && endpoint.isEmpty()) {
      section.refuse(
          key, "must be a numeric address and a port, as \"127.0.0.1:3000\" or \"[::1]:3000\"");
    }
    return endpoint;
  }

  /**
   * One endpoint, several in a list, or {@code "none"}; a mistake is noted. Empty for none, and
   * where there is no such key.
   */
  static List<Endpoint> readAll(Section section, String key) {
    if (!section.has(key)) {
      return List.of();
    }
    List<Endpoint> all = new ArrayList<>();
    for (String text : section.textOrTexts(key, "[\"127.0.0.1:3000\", \"127.0.0.1:3001\"]")) {
      Optional<Endpoint> endpoint = parse(text);
      if (endpoint.isPresent()) {
        all.add(endpoint.get());
      } else if (!text.equals("none")) {
        section.refuse(
            key,
            "must be a numeric address and a port, as \"127.0.0.1:3000\" or \"[::1]:3000\", a list"
                + " of these, or \"none\"");
      } else if (section.isList(key)) {
        section.refuse(key, "\"none\" stands alone");
      }
    }
    return all;
  }

  static Optional<Endpoint> parse(String text) {
    Matcher matcher = FORM.matcher(text);
    if (!matcher.matches()) {
      return Optional.empty();
    }
    int port = Integer.parseInt(matcher.group(3));
    String host = matcher.group(1) != null ? matcher.group(1) : matcher.group(2);
    return port < 1 || port > HIGHEST_PORT || address(host).isEmpty()
        ? Optional.empty()
        : Optional.of(new Endpoint(host, port));
  }

  static boolean isLoopback(Endpoint endpoint) {
    return address(endpoint.host()).map(InetAddress::isLoopbackAddress).orElse(false);
  }

  private static Optional<InetAddress> address(String literal) {
    try {
      return Optional.of(InetAddress.ofLiteral(literal));
    } catch (IllegalArgumentException e) {
      return Optional.empty(); // That is the answer: it is no address.
    }
  }
}
