package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import java.util.ArrayList;
import java.util.List;

/** Whether workers can run as whom they are to run. */
final class UserCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    List<Finding> findings = new ArrayList<>();
    for (AppConfig app : config.apps()) {
      if (app.user().isEmpty()) {
        continue;
      }
      String user = app.user().get();
      if (!facts.userExists(user)) {
        findings.add(
            Finding.bad(
                "users",
                "app " + app.name() + " is to run as " + user + ", whom this host does not know",
                "none of its workers starts (SpawnFailed)",
                "useradd --system --no-create-home --shell /usr/sbin/nologin " + user));
      } else if (facts.output(List.of("setpriv", "--version")).isEmpty()) {
        findings.add(
            Finding.bad(
                "users",
                "setpriv is missing",
                "workers of app " + app.name() + " cannot become " + user,
                "apt-get install util-linux"));
      } else {
        findings.add(Finding.ok("users", "app " + app.name() + " runs as " + user));
      }
    }
    return findings;
  }
}
