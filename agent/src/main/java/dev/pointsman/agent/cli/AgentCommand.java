package dev.pointsman.agent.cli;

import java.nio.file.Path;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;

/** {@code pointsman agent}. */
@Command(name = "agent", description = "Run the agent in the foreground.")
final class AgentCommand extends Verb {
  /** Where the package puts it. */
  static final String CONFIG = "/etc/pointsman/agent.toml";

  @Option(
      names = "--config",
      paramLabel = "FILE",
      defaultValue = CONFIG,
      description = "The host's file (${DEFAULT-VALUE}).")
  private Path config = Path.of(CONFIG);

  AgentCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() {
    return session().daemon().run(config);
  }
}
