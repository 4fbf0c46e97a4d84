package dev.pointsman.agent;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.linux.LinuxException;
import dev.pointsman.agent.linux.Users;
import dev.pointsman.agent.store.Sharing;
import java.util.Optional;

/**
 * How the releases of an app get their content: by hard links, unless its workers could write to
 * them, and so to the store and to all other releases.
 */
final class AppSharing {
  private AppSharing() {}

  /** What {@code app} may have. */
  static Sharing of(AppConfig app) throws LinuxException {
    Optional<Users.User> user =
        app.user().isEmpty() ? Optional.empty() : Users.find(app.user().get());
    return of(user.map(Users.User::uid), Users.effectiveUid());
  }

  /** As {@link #of(AppConfig)}; without a {@code worker} the workers run as the agent. */
  static Sharing of(Optional<Integer> worker, int agent) {
    int uid = worker.orElse(agent);
    return uid == 0 || uid == agent ? Sharing.COPY : Sharing.LINK;
  }

  /** Tells the operator what copying means and how to be rid of it. */
  static String explanation(AppConfig app) {
    return "Workers of "
        + app.name()
        + " run as "
        + app.user().map(user -> "the user " + user).orElse("the agent's own user")
        + " and could write to shared files, so its releases are copies: each takes its full size on"
        + " disk, unless the file system shares blocks (xfs, btrfs). With a user of its own (user ="
        + " \"...\" in its file) they would share what is equal.";
  }
}
