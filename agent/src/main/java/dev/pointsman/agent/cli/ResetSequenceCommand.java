package dev.pointsman.agent.cli;

import dev.pointsman.agent.client.Answer;
import dev.pointsman.protocol.api.SequenceResource;
import dev.pointsman.protocol.bundle.AppName;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman trust reset-sequence APP --to N --reason TEXT}. */
@Command(
    name = "reset-sequence",
    description = {
      "Set the highest accepted sequence number of an app, and vouch for the host's clock.",
      "What was accepted above it can be sent again by whoever has it. This is journaled."
    })
final class ResetSequenceCommand extends Verb {
  @Mixin private Connection connection = new Connection();

  @Parameters(paramLabel = "APP")
  private @Nullable AppName app;

  @Option(
      names = "--to",
      required = true,
      paramLabel = "N",
      description = "The next release has to be above it.")
  private long sequence;

  @Option(
      names = "--reason",
      required = true,
      paramLabel = "TEXT",
      description = "Why, for those who look back.")
  private String reason = "";

  ResetSequenceCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      Answer<SequenceResource> answer =
          api.resetSequence(Objects.requireNonNull(app).value(), sequence, reason);
      SequenceResource now = answer.value();
      console()
          .result(
              json()
                  ? answer.json()
                  : "%s accepts sequence numbers from %d to %d now"
                      .formatted(now.app(), sequence + 1, sequence + now.maxStep()));
      return ExitCode.SUCCESSFUL;
    }
  }
}
