package dev.pointsman.agent.cli;

import dev.pointsman.agent.config.ConfigInvalid;
import dev.pointsman.agent.config.ConfigReader;
import dev.pointsman.agent.config.EffectiveConfig;
import dev.pointsman.agent.config.HostConfig;
import dev.pointsman.agent.config.Mistake;
import dev.pointsman.agent.http.Json;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pointsman check-config}. */
@Command(
    name = "check-config",
    description = "Check the configuration; print what the agent would go by, secrets masked.")
final class CheckConfigCommand extends Verb {
  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = AgentCommand.CONFIG,
      description = "The host's file (${DEFAULT-VALUE}).")
  private Path config = Path.of(AgentCommand.CONFIG);

  CheckConfigCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try {
      HostConfig host = ConfigReader.read(config);
      console()
          .result(
              json()
                  ? Json.text(Map.of("valid", true, "mistakes", List.of()))
                  : EffectiveConfig.of(host));
      return ExitCode.SUCCESSFUL;
    } catch (ConfigInvalid e) {
      if (json()) {
        List<Map<String, Object>> mistakes =
            e.mistakes().stream().map(CheckConfigCommand::json).toList();
        console().result(Json.text(Map.of("valid", false, "mistakes", mistakes)));
      }
      throw e;
    }
  }

  private static Map<String, Object> json(Mistake mistake) {
    return Map.of(
        "file", mistake.file().toString(),
        "line", mistake.line(),
        "column", mistake.column(),
        "message", mistake.message());
  }
}
