package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** Whether only the administrator decides who is trusted. */
final class SignersCheck implements Check {
  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    List<Finding> findings = new ArrayList<>();
    Stream.concat(Stream.of(config.trust().allowedSigners()), config.trust().revoked().stream())
        .forEach(file -> judge(facts, file, findings));
    return findings;
  }

  private static void judge(Facts facts, Path file, List<Finding> findings) {
    Optional<String> mode = facts.permissions(file);
    if (mode.isEmpty()) {
      findings.add(
          Finding.bad(
              "trust",
              file + " cannot be read",
              "nobody is trusted, and every upload is refused",
              "ls -l " + file));
    } else if (mode.get().charAt(4) == 'w' || mode.get().charAt(7) == 'w') {
      findings.add(
          Finding.bad(
              "trust",
              file + " is " + mode.get() + ": others than its owner may write it",
              "whoever may write it can sign releases for this host",
              "chmod go-w " + file));
    } else {
      findings.add(Finding.ok("trust", file + " is " + mode.get()));
    }
  }
}
