package dev.pointsman.agent.access;

import java.util.Arrays;
import java.util.Locale;
import java.util.Optional;

/** What a caller may do; each includes the ones before it. */
public enum Scope {
  /** See apps, releases, deployments, events. */
  READ,
  /** Push releases, deploy them, roll back. */
  DEPLOY,
  /** Everything, deploying with force too. */
  ADMIN;

  /** Whether this allows what {@code needed} allows. */
  public boolean covers(Scope needed) {
    return compareTo(needed) >= 0;
  }

  /** The scope with this name. */
  public static Optional<Scope> parse(String name) {
    return Arrays.stream(values()).filter(scope -> scope.toString().equals(name)).findFirst();
  }

  @Override
  public String toString() {
    return name().toLowerCase(Locale.ROOT);
  }
}
