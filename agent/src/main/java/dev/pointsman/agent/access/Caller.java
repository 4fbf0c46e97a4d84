package dev.pointsman.agent.access;

import dev.pointsman.protocol.api.ErrorCode;
import dev.pointsman.protocol.api.Rejected;
import dev.pointsman.protocol.bundle.AppName;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Who sent a request, and what they may do.
 *
 * @param apps empty: all
 */
public record Caller(String name, Scope scope, Set<AppName> apps) {
  /** Whoever the permissions of the unix socket let through. */
  static final Caller LOCAL = new Caller("local", Scope.ADMIN, Set.of());

  public void require(Scope needed) throws Rejected {
    if (!scope.covers(needed)) {
      throw new Rejected(
          ErrorCode.AUTH_SCOPE,
          "This needs the scope '" + needed + "'; '" + name + "' has '" + scope + "'.");
    }
  }

  public void require(AppName app) throws Rejected {
    if (!mayUse(app)) {
      throw new Rejected(
          ErrorCode.AUTH_SCOPE, "'" + app + "' is not an app of '" + name + "'.", app.value());
    }
  }

  public void requireEveryApp() throws Rejected {
    if (!apps.isEmpty()) {
      throw new Rejected(
          ErrorCode.AUTH_SCOPE, "This is about the whole host; '" + name + "' has only " + apps);
    }
  }

  public boolean mayUse(AppName app) {
    return apps.isEmpty() || apps.contains(app);
  }

  /** As {@link #mayUse}; what is about no app is about the host, and for those with every app. */
  public boolean maySee(@Nullable String app) {
    return apps.isEmpty() || (app != null && AppName.parse(app).filter(apps::contains).isPresent());
  }
}
