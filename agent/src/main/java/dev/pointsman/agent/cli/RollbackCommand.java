package dev.pointsman.agent.cli;

import dev.pointsman.protocol.bundle.AppName;
import dev.pointsman.protocol.bundle.ReleaseId;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/** {@code pointsman rollback APP [RELEASE]}. */
@Command(
    name = "rollback",
    description = "Move an app back to a release, or to the last good one before the current.")
final class RollbackCommand extends Verb {
  @Mixin private Connection connection = new Connection();
  @Mixin private Waiting waiting = new Waiting();

  @Parameters(index = "0", paramLabel = "APP")
  private @Nullable AppName app;

  @Parameters(index = "1", arity = "0..1", paramLabel = "RELEASE")
  private @Nullable ReleaseId release;

  @Option(
      names = "--allow-tainted",
      description = "Go back although those who signed the release are revoked; this is journaled.")
  private boolean allowTainted;

  RollbackCommand(Session session) {
    super(session);
  }

  @Override
  public Integer call() throws Exception {
    try (Api api = connection.open(this)) {
      return waiting.follow(
          this,
          api,
          api.rollback(
              Objects.requireNonNull(app).value(),
              release == null ? null : release.value(),
              allowTainted));
    }
  }
}
