package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Target;
import java.io.IOException;
import java.net.InetAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Where the agent is: options first, then the environment, then this host's socket. */
final class Connection {
  static final String SOCKET = "/run/pointsman/api.sock";

  @Option(
      names = "--socket",
      paramLabel = "PATH",
      description = "The agent's unix socket (POINTSMAN_SOCKET, else " + SOCKET + ").")
  private @Nullable Path socket;

  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The agent's address, as http://127.0.0.1:7787 (POINTSMAN_URL).")
  private @Nullable String url;

  @Option(
      names = "--token-file",
      paramLabel = "FILE",
      description = "A file with the token for --url (else POINTSMAN_TOKEN).")
  private @Nullable Path tokenFile;

  /** Connects as the options and the environment say. */
  Api open(Verb verb) throws IOException {
    return verb.session().agents().apply(target(verb));
  }

  /**
   * Whether bytes on the way to the agent cost next to nothing. A loopback address may be the near
   * end of a tunnel.
   */
  boolean isSocket(Verb verb) throws IOException {
    return target(verb) instanceof Target.Socket;
  }

  private Target target(Verb verb) throws IOException {
    Map<String, String> env = verb.session().env();
    if (socket != null && url != null) {
      throw verb.usage("--socket and --url exclude each other");
    }
    if (socket == null
        && url == null
        && has(env, "POINTSMAN_SOCKET")
        && has(env, "POINTSMAN_URL")) {
      throw verb.usage(
          "POINTSMAN_SOCKET and POINTSMAN_URL are both set: unset one, or use --socket or --url");
    }
    String address =
        url != null || socket != null
            ? url
            : has(env, "POINTSMAN_URL") ? env.get("POINTSMAN_URL") : null;
    if (address == null) {
      Path path =
          socket != null
              ? socket
              : Path.of(
                  has(env, "POINTSMAN_SOCKET") ? env.getOrDefault("POINTSMAN_SOCKET", "") : SOCKET);
      return new Target.Socket(path);
    }
    return url(verb, address, token(env));
  }

  private static Target url(Verb verb, String address, Optional<String> token) {
    try {
      Target.Url target = new Target.Url(URI.create(address), token);
      if (token.isPresent() && "http".equals(target.base().getScheme()) && !isLoopback(target)) {
        verb.console()
            .problem(
                "warning: the token travels to " + target + " unencrypted; use https or a tunnel");
      }
      return target;
    } catch (IllegalArgumentException e) {
      throw verb.usage(String.valueOf(e.getMessage()));
    }
  }

  private static boolean isLoopback(Target.Url target) {
    String host = target.base().getHost().replaceAll("[\\[\\]]", "");
    try {
      return host.equals("localhost") || InetAddress.ofLiteral(host).isLoopbackAddress();
    } catch (IllegalArgumentException e) {
      return false; // A name, and not this host's own.
    }
  }

  private Optional<String> token(Map<String, String> env) throws IOException {
    if (tokenFile == null) {
      return has(env, "POINTSMAN_TOKEN")
          ? Optional.of(env.getOrDefault("POINTSMAN_TOKEN", "").strip())
          : Optional.empty();
    }
    String token = Files.readString(tokenFile).strip();
    if (token.isEmpty() || token.contains("\n")) {
      throw new IOException(tokenFile + " must hold one token and nothing else");
    }
    return Optional.of(token);
  }

  private static boolean has(Map<String, String> env, String name) {
    return !env.getOrDefault(name, "").isBlank();
  }
}
