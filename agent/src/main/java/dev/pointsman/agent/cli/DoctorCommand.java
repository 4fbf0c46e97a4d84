package dev.pointsman.agent.cli;

import dev.pointsman.agent.doctor.Doctor;
import dev.pointsman.agent.doctor.Finding;
import dev.pointsman.agent.doctor.Level;
import dev.pointsman.agent.http.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pointsman doctor}. */
@Command(
    name = "doctor",
    description =
        "Look at this host for what would hurt, with the remedy for each; changes nothing.")
final class DoctorCommand extends Verb {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = "/etc/pointsman/agent.toml",
      description = "The host file (${DEFAULT-VALUE}).")
  private Path config = Path.of("/etc/pointsman/agent.toml");

  DoctorCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    List<Finding> findings = Doctor.examine(config);
    console().result(json() ? Json.text(Map.of("findings", findings)) : text(findings));
    return count(findings, Level.BAD) > 0 ? ExitCode.FAILED : ExitCode.SUCCESSFUL;
  }

  static String text(List<Finding> findings) {
    StringBuilder text = new StringBuilder();
    for (Finding finding : findings) {
      String level = finding.level().name().toLowerCase(Locale.ROOT);
      text.append("%-5s%s: %s%n".formatted(level, finding.check(), finding.what()));
      if (finding.why() != null) {
        text.append("     why:  ").append(finding.why()).append('\n');
      }
      if (finding.remedy() != null) {
        text.append("     next: ").append(finding.remedy()).append('\n');
      }
    }
    text.append(count(findings, Level.BAD)).append(" bad, ");
    text.append(count(findings, Level.WARN)).append(" to look at, ");
    text.append(count(findings, Level.OK)).append(" as they are to be\n");
    return text.toString();
  }

  private static long count(List<Finding> findings, Level level) {
    return findings.stream().filter(finding -> finding.level() == level).count();
  }
}
