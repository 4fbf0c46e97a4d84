package dev.pointsman.agent.client;

import java.io.IOException;
import java.net.UnknownHostException;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/** Words for a connection that could not be made or broke. */
final class ClientFault {
  private ClientFault() {}

  /** What {@code cause} means to a person who wanted to talk to {@code target}. */
  static IOException of(Target target, Throwable cause) {
    String reason =
        cause.getMessage() == null ? cause.getClass().getSimpleName() : cause.getMessage();
    String lower = reason.toLowerCase(Locale.ROOT);
    if (cause instanceof UnknownHostException) {
      return new IOException("the host of " + target + " is not known", cause);
    }
    if (cause instanceof ClosedChannelException
        || lower.contains("closed")
        || lower.contains("reset")) {
      return new IOException("the agent at " + target + " closed the connection", cause);
    }
    return switch (target) {
      case Target.Socket(Path path) -> socket(path, lower, reason, cause);
      case Target.Url url ->
          new IOException(
              "no agent answers at "
                  + url
                  + ": is it running, and does it listen there? ("
                  + reason
                  + ")",
              cause);
    };
  }

  private static IOException socket(Path path, String lower, String reason, Throwable cause) {
    if (lower.contains("permission denied")) {
      return new IOException(
          "not allowed to use " + path + ": be root, or a member of the group that owns it", cause);
    }
    String detail = Files.exists(path) ? reason : "there is no such socket";
    return new IOException(
        "no agent answers at "
            + path
            + ": is it running? systemctl status pointsman ("
            + detail
            + ")",
        cause);
  }
}
