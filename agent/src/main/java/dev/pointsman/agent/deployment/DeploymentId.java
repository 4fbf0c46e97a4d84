package dev.pointsman.agent.deployment;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonValue;
import dev.pointsman.protocol.bundle.AppName;
import java.util.Optional;

/**
 * The {@code number}-th deployment of an app on this host, counted from 1; written {@code APP-N}.
 */
public record DeploymentId(AppName app, long number) {

  /** Parses what {@link #toString} writes. */
  public static Optional<DeploymentId> parse(String text) {
    int dash = text.lastIndexOf('-');
    if (dash < 0 || !text.substring(dash + 1).matches("[1-9][0-9]{0,17}")) {
      return Optional.empty();
    }
    long number = Long.parseLong(text.substring(dash + 1));
    return AppName.parse(text.substring(0, dash)).map(app -> new DeploymentId(app, number));
  }

  @JsonCreator
  static DeploymentId fromJson(String text) {
    return parse(text)
        .orElseThrow(() -> new IllegalArgumentException("not a deployment id: " + text));
  }

  @Override
  @JsonValue
  public String toString() {
    return app + "-" + number;
  }
}
