package dev.pointsman.agent.process;

import dev.pointsman.agent.linux.Users.User;
import java.util.List;

/** How setpriv(1) is told to run something as another user, with no right beyond that user's. */
public final class UserSwitch {
  private UserSwitch() {}

  /** Its options for {@code user}; the command follows. */
  public static List<String> options(User user) {
    return List.of(
        "--reuid=" + user.uid(),
        "--regid=" + user.gid(),
        "--init-groups",
        "--inh-caps=-all",
        "--no-new-privs");
  }
}
