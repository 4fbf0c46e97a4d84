package dev.pointsman.agent.config;

import java.util.Optional;
import java.util.Set;
import java.util.regex.Pattern;

/** Which variables an app may be given: well-formed names that the agent does not set itself. */
final class EnvName {
  private static final Pattern FORM = Pattern.compile("[A-Za-z_][A-Za-z0-9_]{0,254}");
  private static final Set<String> OURS =
      Set.of(
          "PORT",
          "RELEASE_ID",
          "RELEASE_PATH",
          "NODE_APP_INSTANCE",
          "INSTANCE_ID",
          "NOTIFY_SOCKET",
          "WATCHDOG_USEC",
          "PROBE_PORT");

  private EnvName() {}

  /** The rule that {@code name} breaks; empty where it is fine. */
  static Optional<String> broken(String name) {
    if (!FORM.matcher(name).matches()) {
      return Optional.of("a variable's name has letters, digits and '_' and begins with no digit");
    }
    if (name.equals("PORT")) {
      return Optional.of("the agent sets PORT itself, from listen: remove it");
    }
    if (OURS.contains(name) || name.startsWith("POINTSMAN_") || name.startsWith("LISTEN_")) {
      return Optional.of("the agent sets this variable itself: remove it");
    }
    return Optional.empty();
  }
}
