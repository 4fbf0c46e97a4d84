package dev.pointsman.agent.client;

import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/** Where an agent's API is. */
public sealed interface Target {
  /** The agent of this host: by file permission, with every right. */
  record Socket(Path path) implements Target {
    @Override
    public String toString() {
      return path.toString();
    }
  }

  /**
   * An agent behind an address.
   *
   * @param base {@code http} or {@code https}, host, port; no path
   * @param token sent as bearer token
   */
  record Url(URI base, Optional<String> token) implements Target {
    public Url {
      boolean http = "http".equals(base.getScheme()) || "https".equals(base.getScheme());
      boolean bare = base.getRawPath() == null || base.getRawPath().matches("/?");
      if (!http || base.getHost() == null || !bare || base.getRawQuery() != null) {
        throw new IllegalArgumentException(
            "not an address of an agent: '" + base + "'; write it as http://127.0.0.1:7787");
      }
    }

    int port() {
      return base.getPort() >= 0 ? base.getPort() : tls() ? 443 : 80;
    }

    boolean tls() {
      return "https".equals(base.getScheme());
    }

    @Override
    public String toString() {
      return base.toString();
    }
  }
}
