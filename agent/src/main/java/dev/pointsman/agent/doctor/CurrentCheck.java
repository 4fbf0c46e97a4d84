package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.AppConfig;
import dev.pointsman.agent.config.HostConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Whether {@code current} of each app can be flipped. */
final class CurrentCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    List<Finding> findings = new ArrayList<>();
    for (AppConfig app : config.apps()) {
      Path current = config.root().resolve("apps").resolve(app.name().value()).resolve("current");
      if (facts.isSymbolicLink(current)) {
        findings.add(Finding.ok("current", current + " is a link"));
      } else if (facts.exists(current.toString())) {
        findings.add(
            Finding.bad(
                "current",
                current + " is no symbolic link",
                "it cannot be flipped in one step, so every deployment fails (HostFault)",
                "mv " + current + " " + current + ".old; then deploy again"));
      }
    }
    return findings;
  }
}
