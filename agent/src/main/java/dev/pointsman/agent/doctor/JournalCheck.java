package dev.pointsman.agent.doctor;

import dev.pointsman.agent.config.HostConfig;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;

/** Whether the apps' journals can be read, and come from no other time. */
final class JournalCheck implements Check {
  private static final int ENOUGH = 64 << 10;
  private static final Pattern AT = Pattern.compile("\"at\":\"([0-9TZ:.-]{20,40})\"\\}$");
  private static final Duration SKEW = Duration.ofMinutes(5);

  @Override
  public List<Finding> look(Facts facts, HostConfig config) {
    List<Finding> findings = new ArrayList<>();
    Path apps = config.root().resolve("apps");
    for (String app : facts.list(apps)) {
      Path journal = apps.resolve(app).resolve("journal");
      if (facts.exists(journal.toString())) {
        findings.add(judge(facts, journal));
      }
    }
    return findings;
  }

  private static Finding judge(Facts facts, Path journal) {
    Optional<String> end = facts.tail(journal, ENOUGH);
    if (end.isEmpty()) {
      return Finding.bad(
          "journal",
          journal + " cannot be read",
          "its app is not managed: nothing of it is deployed or repaired",
          "ls -l " + journal + "; run doctor as the agent's user");
    }
    Optional<Instant> last =
        end.get()
            .lines()
            .flatMap(line -> AT.matcher(line).results())
            .reduce((a, b) -> b)
            .map(match -> Instant.parse(match.group(1)));
    if (last.isPresent() && last.get().isAfter(facts.now().plus(SKEW))) {
      return Finding.bad(
          "journal",
          journal + " ends at " + last.get() + ", and now is " + facts.now(),
          "the clock was ahead, or is behind: uploads are refused (agent.clock)",
          "set the clock; if it is right: pointsman trust reset-sequence --help");
    }
    return Finding.ok("journal", journal + " can be read");
  }
}
